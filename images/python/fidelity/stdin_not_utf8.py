# stdin: ok\n\xff\xfe\n
import sys

print(sys.stdin.encoding, sys.stdin.errors)
for line in sys.stdin:
    print(ascii(line))
