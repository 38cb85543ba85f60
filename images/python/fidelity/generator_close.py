# addresses: any
def stubborn():
    try:
        yield 1
    finally:
        print("closing")
        raise ValueError("in finally")


g = stubborn()
next(g)
del g


def ignores():
    while True:
        try:
            yield
        except GeneratorExit:
            pass


h = ignores()
next(h)
try:
    h.close()
except RuntimeError as e:
    print(e)
