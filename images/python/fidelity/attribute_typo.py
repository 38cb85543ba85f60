import math

counter = 1
try:
    math.sqr(4)
except AttributeError as e:
    print(e)
print(conter)
