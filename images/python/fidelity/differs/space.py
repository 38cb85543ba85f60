# native: something else
# plain: /workspace 256 MiB, /tmp 256 MiB, /dev/shm 64 MiB
# cell: /workspace 256 MiB, /tmp 256 MiB, /dev/shm 64 MiB
import os

wanted = {"/workspace": 256, "/tmp": 256, "/dev/shm": 64}
found = {path: (s := os.statvfs(path)).f_blocks * s.f_frsize >> 20 for path in wanted}
print(", ".join(f"{k} {v} MiB" for k, v in found.items()) if found == wanted else "something else")
