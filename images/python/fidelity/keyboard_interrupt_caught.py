import signal

try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt as e:
    print(repr(e))
raise KeyboardInterrupt("raised by hand")
