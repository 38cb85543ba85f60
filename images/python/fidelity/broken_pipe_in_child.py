import subprocess
import sys

for last in ("pass", "sys.stdout.flush()"):
    code = f"import sys\nprint('first', flush=True)\ninput()\nprint('nobody reads it', end='')\n{last}\n"
    p = subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, stderr=-1)
    print(p.stdout.readline())
    p.stdout.close()
    p.stdin.write(b"\n")
    p.stdin.close()
    print(p.stderr.read().decode(), p.wait())
