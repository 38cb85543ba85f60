# Where the C library believes this runs is where it runs.
import ctypes
import os

libc = ctypes.CDLL(None)
for cpu in sorted(os.sched_getaffinity(0)):
    os.sched_setaffinity(0, {cpu})
    print(libc.sched_getcpu() == cpu)
