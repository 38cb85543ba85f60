import signal
import subprocess
import time

p = subprocess.Popen(["sh", "-c", "trap 'echo child got it; exit 4' TERM; echo ready; while :; do sleep 0.01; done"], stdout=-1)
print(p.stdout.readline())
p.terminate()
print(p.stdout.read(), p.wait())
p = subprocess.Popen(["sleep", "100"])
p.send_signal(signal.SIGINT)
print(p.wait())
