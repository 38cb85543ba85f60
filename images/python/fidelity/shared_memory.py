from multiprocessing import Array, Lock, Process, Value, shared_memory


def add(v, a, lock):
    for _ in range(100):
        with lock:
            v.value += 1
    a[0] = 7


v, a, lock = Value("i", 0), Array("d", 3), Lock()
ps = [Process(target=add, args=(v, a, lock)) for _ in range(3)]
[p.start() for p in ps]
[p.join() for p in ps]
print(v.value, list(a))
block = shared_memory.SharedMemory(create=True, size=10)
block.buf[:3] = b"abc"
again = shared_memory.SharedMemory(name=block.name)
print(bytes(again.buf[:3]))
again.close()
block.close()
block.unlink()
