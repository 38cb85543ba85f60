import weakref


class Thing:
    pass


things = [Thing(), Thing(), Thing()]
callbacks = [
    weakref.ref(things[0], lambda reference: print("python callback")),
    weakref.ref(things[1], print and (lambda reference: print(reference() is None))),
    weakref.WeakValueDictionary({"a": things[2]}),
]
written = weakref.ref(Thing, type("Callback", (), {"__call__": lambda self, reference: print("object called")})())
builtin = weakref.ref(things[0], "".join)
print("end of main")
