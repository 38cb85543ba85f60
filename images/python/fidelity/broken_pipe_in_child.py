import subprocess
import sys

code = "import sys\nfor i in range(100000): print(i)"
p = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
print(p.stdout.readline())
p.stdout.close()
print(p.stderr.read().decode(), p.wait())
