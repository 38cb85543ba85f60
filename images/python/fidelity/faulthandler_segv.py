import faulthandler
import os
import signal

faulthandler.enable()
print(faulthandler.is_enabled(), flush=True)
faulthandler.dump_traceback(all_threads=False)
faulthandler.register(signal.SIGUSR2, all_threads=False)
os.kill(os.getpid(), signal.SIGUSR2)
signal.signal(signal.SIGABRT, signal.SIG_DFL)
os.kill(os.getpid(), signal.SIGABRT)
