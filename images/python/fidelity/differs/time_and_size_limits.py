# native: CPU unlimited, FSIZE unlimited
# plain: CPU limited, FSIZE limited
# cell: CPU limited, FSIZE limited
import resource

names = ("CPU", "FSIZE")
limits = [resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[1] for name in names]
print(", ".join(f"{n} {'unlimited' if v == resource.RLIM_INFINITY else 'limited'}" for n, v in zip(names, limits)))
