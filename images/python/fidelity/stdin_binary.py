# stdin: \x00\xff\xfe raw\r\n\x80
import os
import sys

print(sys.stdin.buffer.read(3), os.fstat(0).st_mode >> 12, sys.stdin.isatty(), sys.stdin.seekable())
print(sys.stdin.buffer.read())
