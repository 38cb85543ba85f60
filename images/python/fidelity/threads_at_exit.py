import threading
import time


def waits():
    threading.main_thread().join()
    print("the ordinary thread ends after main")


def forever():
    time.sleep(1000)


threading.Thread(target=waits).start()
threading.Thread(target=forever, daemon=True).start()
print("main ends")
