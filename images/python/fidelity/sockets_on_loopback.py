import http.server
import socket
import threading
import urllib.error
import urllib.request


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(urllib.request.urlopen(f"http://localhost:{server.server_port}/path?q=1").read())
server.shutdown()
server.server_close()
print(socket.gethostname(), socket.gethostbyname("localhost"), [n for _, n in socket.if_nameindex()])
a, b = socket.socketpair()
a.send(b"x")
print(b.recv(1))
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("127.0.0.1", 0))
u.sendto(b"datagram", u.getsockname())
print(u.recv(100))
try:
    socket.create_connection(("127.0.0.1", 1), 1)
except OSError as e:
    print(e)
try:
    socket.socket(socket.AF_INET6).bind(("::1", 0))
    print("IPv6 loopback")
except OSError as e:
    print(e)
