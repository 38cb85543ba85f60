import gc
import weakref


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


class Cycle(Noisy):
    pass


c = Cycle("cycle")
c.me = c
module_level = Noisy("module level")
weakref.finalize(c, print, "finalize", "cycle")
print(gc.isenabled(), gc.get_threshold(), gc.get_debug())
local = Noisy("removed by hand")
del local
print("end of main")
