const { Worker, isMainThread, parentPort, workerData, threadId } = require("worker_threads");
if (isMainThread) {
  const worker = new Worker(__filename, { workerData: { x: 20 }, argv: ["an argument"], env: { A: "1" } });
  worker.on("message", (m) => console.log("message", m));
  worker.on("exit", (code) => console.log("worker exit", code, threadId));
  worker.postMessage({ y: 22 });
} else {
  parentPort.once("message", ({ y }) => {
    parentPort.postMessage([workerData.x + y, process.argv.slice(2), process.env, process.execArgv, threadId]);
    process.exitCode = 4;
  });
}
