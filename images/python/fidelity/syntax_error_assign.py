def f():
    1 + x = 2
