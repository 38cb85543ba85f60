const http = require("http");
const net = require("net");
const server = http.createServer((q, r) => {
  r.setHeader("Date", "x");
  r.end(JSON.stringify({ url: q.url, method: q.method }));
});
server.listen(0, "127.0.0.1", async () => {
  const { port } = server.address();
  const response = await fetch(`http://localhost:${port}/p?q=1`, { method: "POST", body: "b" });
  console.log(response.status, await response.json(), [...response.headers.keys()]);
  server.closeAllConnections();
  server.close(() => {
    net.connect(1, "127.0.0.1").on("error", (e) => console.log(e.code, e.message));
  });
});
