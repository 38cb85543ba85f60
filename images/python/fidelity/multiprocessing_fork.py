import multiprocessing as mp
import os


def work(q, x):
    q.put((x * x, os.getppid() == parent, mp.current_process().name))


parent = os.getpid()
context = mp.get_context("fork")
q = context.Queue()
children = [context.Process(target=work, args=(q, i)) for i in range(3)]
for c in children:
    c.start()
print(sorted(q.get() for _ in children))
for c in children:
    c.join()
print([c.exitcode for c in children], mp.current_process(), mp.parent_process(), mp.get_start_method())
