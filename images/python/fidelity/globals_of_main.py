global counter
counter = 0


def bump():
    global counter, made_here
    counter += 1
    made_here = "made by a function"


bump()
print(counter, made_here, vars() is globals(), locals() is globals())
import __main__

print(__main__.counter, __main__.__dict__ is globals())
__main__.counter = 10
print(counter)
print(eval("counter + 1"), exec("counter = 20"), counter, __builtins__.__name__)


def unbound():
    print(counter)
    counter = 1


unbound()
