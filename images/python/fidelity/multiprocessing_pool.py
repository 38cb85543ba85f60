import multiprocessing as mp
import os
import signal


def work(x):
    return x + 1


def die(_):
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    with mp.Pool(3) as pool:
        print(pool.map(work, range(10)))
        print(list(pool.imap(work, range(3))))
    p = mp.Process(target=die, args=(0,))
    p.start()
    p.join()
    print(p.exitcode)
