import resource
import time
import os

usage = resource.getrusage(resource.RUSAGE_SELF)
print(0 < usage.ru_utime + usage.ru_stime < 5, usage.ru_maxrss > 1000)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime, sum(os.times()[2:4]))
print(resource.getpagesize(), time.get_clock_info("monotonic").implementation)
