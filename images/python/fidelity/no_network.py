import socket
import urllib.error
import urllib.request

for target in ("192.0.2.1", "8.8.8.8"):
    try:
        socket.create_connection((target, 80), 2)
    except OSError as e:
        print(type(e).__name__, e)
try:
    socket.getaddrinfo("example.com", 80)
except OSError as e:
    print(type(e).__name__, e)
urllib.request.urlopen("http://example.com/")
