# env: PYTHONFAULTHANDLER=1
import ctypes.util
import faulthandler
import sys

print(faulthandler.is_enabled(), sys.flags.dev_mode)
