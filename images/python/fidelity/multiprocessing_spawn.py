import multiprocessing as mp
import sys


class Thing:
    def __init__(self, x):
        self.x = x


def work(thing, q):
    print("child", __name__, sys.argv, flush=True)
    q.put(thing.x + 1)


print("imported as", __name__, flush=True)
if __name__ == "__main__":
    context = mp.get_context("spawn")
    q = context.Queue()
    p = context.Process(target=work, args=(Thing(4), q))
    p.start()
    got = q.get()
    p.join()
    print(got)
    print(p.exitcode)
