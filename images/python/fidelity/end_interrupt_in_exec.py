# Python ends by the signal although nothing is left of the interrupt.
try:
    exec("raise KeyboardInterrupt")
except KeyboardInterrupt:
    print("caught")
