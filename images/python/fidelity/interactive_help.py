# addresses: any
import builtins

help(len)
print(copyright is builtins.copyright, license.__class__.__name__, breakpoint)
print(__import__("pydoc").pager)
