# env: PYTHONWARNINGS=error::UserWarning,always::ResourceWarning
import sys
import warnings

print(sys.warnoptions)
open("main.py")
warnings.warn("becomes an error")
