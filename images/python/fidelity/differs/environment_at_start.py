# native: no PYTHONPATH
# plain: PYTHONPATH of the prelude
# unbuffered: no PYTHONPATH
# cell: PYTHONPATH of the prelude
# cold cell: PYTHONPATH of the prelude
start = open("/proc/self/environ", "rb").read()
print("PYTHONPATH of the prelude" if b"PYTHONPATH=/run/runnel" in start else "no PYTHONPATH")
