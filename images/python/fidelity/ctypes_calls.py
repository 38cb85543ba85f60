import ctypes

libc = ctypes.CDLL(None, use_errno=True)
print(libc.getpid() > 0, libc.abs(-3), libc.open(b"/missing", 0), ctypes.get_errno(), flush=True)
libc.puts(b"by libc's buffer")
libc.fflush(None)
ctypes.string_at(0)
