# env: LC_ALL=C PYTHONCOERCECLOCALE=0 PYTHONUTF8=0
import locale
import os
import sys

print(sys.stdout.encoding, sys.stdout.errors, sys.getfilesystemencoding(), sys.flags.utf8_mode, locale.getlocale())
print(os.environ.get("LC_CTYPE"), ascii("ü"))
print("ü")
