import functools
import subprocess
import sys

print = functools.partial(print, flush=True)

print(subprocess.run("echo out; echo err >&2; exit 3", shell=True, capture_output=True))
print(subprocess.run(["cat"], input=b"bytes \xff", capture_output=True).stdout)
subprocess.run(["echo", "straight through"])
print(subprocess.run(["sh", "-c", "kill -9 $$"]).returncode)
try:
    subprocess.run(["sleep", "10"], timeout=0.05)
except subprocess.TimeoutExpired as e:
    print(type(e), e.cmd, e.stdout)
with subprocess.Popen([sys.executable, "-c", "print(input()[::-1])"], stdin=-1, stdout=-1, text=True) as p:
    print(p.communicate("abc\n"))
subprocess.run(["nothing-of-that-name"])
