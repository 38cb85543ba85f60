# stdin: ok\n\xff\xfe\n
# env: PYTHONIOENCODING=utf-8:strict
import sys

print(sys.stdin.encoding, sys.stdin.errors)
for line in sys.stdin:
    print(ascii(line))
