import concurrent.futures as cf


def work(x):
    if x == 3:
        raise ValueError("three")
    return x * 2


if __name__ == "__main__":
    for kind in (cf.ThreadPoolExecutor, cf.ProcessPoolExecutor):
        with kind(2) as pool:
            futures = [pool.submit(work, i) for i in range(4)]
            print([f.exception() or f.result() for f in futures])
    cf.ThreadPoolExecutor(1).submit(print, "done at exit")
