import io
import sys

for s in (sys.stdin, sys.stdout, sys.stderr):
    print(s.name, s.mode, s.encoding, s.errors, s.newlines, s.write_through, s.isatty(), s.fileno(), s.seekable(), s)
    print(type(s.buffer), s.buffer.raw, s.closed)
print(sys.stdout is sys.__stdout__, sys.stdin is sys.__stdin__, sys.stderr is sys.__stderr__, sys.stderr.line_buffering)
print(io.text_encoding(None), io.DEFAULT_BUFFER_SIZE, sys.getdefaultencoding())
