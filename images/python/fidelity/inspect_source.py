import inspect
import linecache
import sys


def f(a, *, b=2):
    """Doc."""
    return a + b


class C:
    def m(self): ...


print(inspect.getsource(f), inspect.getsource(C), inspect.signature(f), inspect.getdoc(f))
print(inspect.getsourcefile(f), inspect.getmodule(f), inspect.currentframe().f_lineno)
print(inspect.getsource(sys.modules["__main__"]) == open(__file__).read(), linecache.getline(__file__, 6))
print([(s.filename, s.lineno, s.function) for s in inspect.stack()])
