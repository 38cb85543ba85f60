import resource

print("before", flush=True)
resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
while True:
    pass
