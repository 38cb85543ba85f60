# addresses: any
class Broken:
    def __del__(self):
        raise ValueError("in __del__")

    def __repr__(self):
        return "<Broken>"


b = Broken()
del b
print("after")
kept = Broken()
