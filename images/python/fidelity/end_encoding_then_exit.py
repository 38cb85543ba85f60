# -*- coding: latin-1 -*-
import sys

print("zwölf")
sys.exit(12)
