import tracemalloc

print(tracemalloc.is_tracing())
tracemalloc.start()
kept = [bytes(10000) for _ in range(10)]
top = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, __file__)]).statistics("lineno")[0]
print(top.traceback, top.count >= 10)
