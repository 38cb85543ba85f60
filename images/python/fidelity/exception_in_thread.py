import threading


def work():
    raise OSError(2, "in a thread")


t = threading.Thread(target=work, name="worker")
t.start()
t.join()
print("main goes on")
