import os
import tempfile

print(tempfile.gettempdir(), os.listdir("/tmp"), oct(os.stat("/tmp").st_mode))
with tempfile.NamedTemporaryFile() as f, tempfile.TemporaryDirectory() as d:
    print(os.path.dirname(f.name), os.path.dirname(d), oct(os.stat(f.name).st_mode), oct(os.stat(d).st_mode))
    os.rename(f.name, d + "/moved")
    os.symlink("/etc/passwd", f.name)
    print(os.readlink(f.name))
with tempfile.TemporaryFile() as f:
    print(f.write(b"x"))
