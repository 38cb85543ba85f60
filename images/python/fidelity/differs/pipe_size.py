# native: stdin 65536, stdout 65536, stderr 65536
# plain: stdin 65536, stdout 262144, stderr 262144
# cell: stdin 65536, stdout 262144, stderr 262144
import fcntl

F_GETPIPE_SZ = 1032
print(", ".join(f"{name} {fcntl.fcntl(n, F_GETPIPE_SZ)}" for n, name in enumerate(("stdin", "stdout", "stderr"))))
