# addresses: any
import os
import socket
import warnings

warnings.simplefilter("always")
listed = os.scandir(".")
next(listed)
connected = socket.socketpair()
opened = open("main.py")
print("end of main")
