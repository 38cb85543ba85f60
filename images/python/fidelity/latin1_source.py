# -*- coding: latin-1 -*-
s = "café ü"
print(s, len(s), ascii(s))
raise ValueError("ä")
