import site
import sys

print("usercustomize" in sys.modules, site.ENABLE_USER_SITE, site.getusersitepackages(), site.getsitepackages())
print(sys.flags.no_user_site, sys.flags.no_site, hasattr(sys, "ps1"), sys.displayhook, sys.excepthook)
print([type(f).__name__ for f in sys.meta_path], [getattr(h, "__name__", type(h).__name__) for h in sys.path_hooks])
