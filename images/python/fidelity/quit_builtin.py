print(repr(quit), repr(exit))
quit(4)
