# stdin: first\nsecond é\nno newline
import sys

print(repr(input("name? ")), file=sys.stderr)
print(repr(sys.stdin.readline()))
print(repr(sys.stdin.read()), repr(sys.stdin.read()))
