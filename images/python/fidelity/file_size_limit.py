import resource
import signal

print(signal.getsignal(signal.SIGXFSZ))
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
open("f", "wb").write(bytes(2000))
