const cluster = require("cluster");
const http = require("http");
if (cluster.isPrimary) {
  const worker = cluster.fork();
  worker.on("message", ({ port }) =>
    http.get({ host: "127.0.0.1", port, agent: false }, (r) => {
      r.on("data", (d) => console.log(r.statusCode, d.toString()));
      r.on("end", () => worker.disconnect());
    }),
  );
  worker.on("exit", (code) => console.log("worker exit", code, worker.id));
} else {
  const server = http.createServer((q, r) => r.end("from worker " + cluster.worker.id));
  server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
}
