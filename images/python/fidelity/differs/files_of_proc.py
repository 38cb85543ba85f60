# native: cmdline has text
# native: interrupts has text
# plain: cmdline EACCES
# plain: interrupts EACCES
# cell: cmdline is empty
# cell: interrupts is empty
import errno

for name in ("cmdline", "interrupts"):
    try:
        print(name, "has text" if open(f"/proc/{name}").read() else "is empty")
    except OSError as e:
        print(name, errno.errorcode[e.errno])
