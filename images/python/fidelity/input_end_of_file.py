print(repr(input("prompt> ")))
