import multiprocessing as mp


def work():
    raise ValueError("in a child")


p = mp.get_context("fork").Process(target=work, name="the child")
p.start()
p.join()
print(p.exitcode)
