import importlib
import pkgutil

import pack.deep.leaf
from pack import name
from pack.deep import leaf as again

print(name, again.value, pack.deep.leaf.up, pack.__path__, sorted(m.name for m in pkgutil.iter_modules(pack.__path__)))
print(importlib.import_module(".deep", "pack").__package__)
print(importlib.resources.files("pack").joinpath("data.txt").read_text())
import pack.missing
