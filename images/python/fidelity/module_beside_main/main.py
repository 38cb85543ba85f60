import helper
from helper import shout

print(helper.__file__, helper.__name__, helper.__spec__.origin, shout("x"))
shout(None)
