# addresses: any
import os
import warnings

warnings.catch_warnings().__enter__()
warnings.simplefilter("always")
listed = os.scandir(".")
next(listed)
print("end of main")
