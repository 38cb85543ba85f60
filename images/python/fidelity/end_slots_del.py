# The garbage collector does not know instances without fields.
class Empty:
    __slots__ = ()

    def __del__(self):
        print("del empty")


class Quiet:
    __slots__ = ()


empty = Empty()
quiet = Quiet()
print("end of main")
