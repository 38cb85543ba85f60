const { Worker } = require("worker_threads");
const worker = new Worker("console.log('in the worker'); function f() { throw new RangeError('from a worker'); }\nf();", { eval: true });
worker.on("error", (e) => {
  console.log("error", e.name, e.stack);
  new Worker("throw new Error('nobody listens')", { eval: true });
});
