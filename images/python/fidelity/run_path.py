import runpy

open("other.py", "w").write("print(__name__, __file__)\nvalue = 5\n")
print(runpy.run_path("other.py", run_name="__main__")["value"])
print(runpy.run_module("other")["__name__"])
open("broken.py", "w").write("x = 1\nraise KeyError(x)\n")
runpy.run_path("broken.py")
