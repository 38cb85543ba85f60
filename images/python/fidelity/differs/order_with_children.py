# native: of the child
# native: of the program
# plain: of the program
# plain: of the child
# unbuffered: of the child
# unbuffered: of the program
# cell: of the program
# cell: of the child
import subprocess

print("of the program")
subprocess.run(["echo", "of the child"])
