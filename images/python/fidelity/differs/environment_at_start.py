# native: no PYTHONPATH
# plain: PYTHONPATH of Runnel's
# unbuffered: no PYTHONPATH
# cell: PYTHONPATH of Runnel's
# cold cell: PYTHONPATH of Runnel's
start = open("/proc/self/environ", "rb").read()
print("PYTHONPATH of Runnel's" if b"PYTHONPATH=/run/runnel" in start else "no PYTHONPATH")
