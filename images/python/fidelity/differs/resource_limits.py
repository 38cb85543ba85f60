# native: different from Runnel's
# plain: NOFILE (1024, 1024), CORE (1, 1), MEMLOCK (65536, 65536), SIGPENDING (1024, 1024)
# cell: NOFILE (1024, 1024), CORE (1, 1), MEMLOCK (65536, 65536), SIGPENDING (1024, 1024)
import resource

wanted = {"NOFILE": (1024, 1024), "CORE": (1, 1), "MEMLOCK": (65536, 65536), "SIGPENDING": (1024, 1024)}
found = {name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}", 11)) for name in wanted}
print(", ".join(f"{k} {v}" for k, v in found.items()) if found == wanted else "different from Runnel's")
