const { Worker } = require("worker_threads");
const worker = new Worker("require('worker_threads').parentPort.postMessage('up'); for (;;);", { eval: true });
worker.on("message", async (m) => console.log(m, await worker.terminate()));
