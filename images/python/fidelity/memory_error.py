import resource

resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))
try:
    x = bytearray(1 << 30)
except MemoryError as e:
    print("MemoryError", e)
x = bytearray(1 << 30)
