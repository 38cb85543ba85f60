from .. import name as up

value = __name__
