import random

print(random.__file__, random.value)
import json

json.missing
