# args: a b
# native: ['python3', 'main.py', 'a', 'b']
# cell: ['python3', 'main.py']
# cold cell: ['python3', 'main.py', 'a', 'b']
print(open("/proc/self/cmdline").read().split("\0")[:-1])
