import subprocess
import sys

subprocess.run([sys.executable, "-m", "tool", "a"], check=False)
subprocess.run([sys.executable, "tool", "b"], check=False)
