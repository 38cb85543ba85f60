const { Worker } = require("worker_threads");
const worker = new Worker("console.log('in the worker'); function f() { throw new RangeError('from a worker'); }\nf();", { eval: true });
worker.on("error", (e) => {
  console.log("error", e.name, e.stack);
  // Whether the message or the worker's end brings the next error is a race of Node's own, which its stack would show.
  Error.stackTraceLimit = 0;
  new Worker("throw new Error('nobody listens')", { eval: true });
});
