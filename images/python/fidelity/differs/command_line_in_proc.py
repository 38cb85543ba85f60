# args: a b
# native: ['python3', 'main.py', 'a', 'b']
# cell: the warm interpreter's
# cold cell: ['python3', 'main.py', 'a', 'b']
words = open("/proc/self/cmdline").read().split("\0")[:-1]
print(words if words[1:2] == ["main.py"] else "the warm interpreter's")
