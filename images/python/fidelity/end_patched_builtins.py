import builtins


def loud(original, name):
    def call(*arguments):
        print("called", name, flush=True)
        return original(*arguments)

    return call


for name in ("all", "any", "isinstance", "vars"):
    setattr(builtins, name, loud(getattr(builtins, name), name))
print("end of main")
