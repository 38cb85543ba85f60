import sys

sys.stdout.write("text ")
sys.stdout.flush()
sys.stdout.buffer.write(bytes(range(256)))
sys.stdout.buffer.write(b"no newline at the end")
sys.stderr.buffer.write(b"\xff\xfe")
