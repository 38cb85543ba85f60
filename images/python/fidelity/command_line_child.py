import subprocess
import sys

for arguments in (["-c", "raise ValueError('in -c')"], ["-m", "this_module_is_not_there"], ["missing.py"], ["-"], ["-X", "dev", "-c", "import sys; print(sys.flags.dev_mode)"]):
    p = subprocess.run([sys.executable, *arguments], input="import sys; print(sys.argv); 1/0", capture_output=True, text=True)
    print(arguments, p.returncode, p.stdout, p.stderr)
