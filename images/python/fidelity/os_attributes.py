import os
import platform
import sys

devices = {"fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom", "zero"}
print(os.name, sys.platform, os.uname().sysname, platform.node(), os.cpu_count() == len(os.sched_getaffinity(0)))
print(sorted(os.listdir("/")), devices <= set(os.listdir("/dev")), os.path.ismount("/tmp"), os.ctermid())
print(os.statvfs("/").f_flag & os.ST_RDONLY, sys.byteorder, sys.maxsize, os.sysconf("SC_PAGE_SIZE"))
for path in ("/etc/passwd", "/usr/x", "/x"):
    try:
        open(path, "a")
    except OSError as e:
        print(e)
