import subprocess
import sys

print(sorted(subprocess.run(["env"], capture_output=True, text=True).stdout.splitlines()))
code = "import sys, os; print(sys.argv, sys.path, sorted(os.environ), sys.stdout.line_buffering, sys.orig_argv)"
print(subprocess.run([sys.executable, "-c", code, "a"], capture_output=True, text=True))
print(subprocess.run([sys.executable, "-m", "json.tool"], input='{"a":1}', capture_output=True, text=True))
