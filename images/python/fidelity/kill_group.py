import os
import signal
import subprocess

print("before", flush=True)
child = subprocess.Popen(["sleep", "100"])
os.killpg(0, signal.SIGTERM)
