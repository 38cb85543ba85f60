import os
import signal

for number in sorted(signal.valid_signals()):
    print(int(number), signal.getsignal(number))
print(signal.pthread_sigmask(signal.SIG_BLOCK, []))


seen = []


def handler(number, frame):
    print("got", signal.Signals(number).name, "in", frame.f_code.co_name)
    seen.append(number)


signal.signal(signal.SIGUSR1, handler)
os.kill(os.getpid(), signal.SIGUSR1)
signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.01)
while len(seen) < 2:
    pass
print(signal.getitimer(signal.ITIMER_REAL))
