import warnings


def old():
    warnings.warn("old is old", DeprecationWarning, stacklevel=2)


warnings.warn("by default")
old()
x = 1
print(x is 1)
open("main.py").read()
warnings.simplefilter("error")
old()
