import multiprocessing as mp


def work(x):
    if x == 2:
        raise ValueError("two")
    return x * 10


if __name__ == "__main__":
    with mp.get_context("forkserver").Pool(2) as pool:
        print(pool.map(work, [0, 1]))
        try:
            pool.apply(work, (2,))
        except ValueError as e:
            print(repr(e), type(e.__cause__).__name__)
