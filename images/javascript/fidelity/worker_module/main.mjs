import { Worker, MessageChannel, receiveMessageOnPort, SHARE_ENV } from "node:worker_threads";

const shared = new Int32Array(new SharedArrayBuffer(8));
const worker = new Worker(new URL("./worker.mjs", import.meta.url), { workerData: shared, execArgv: ["--no-warnings"], env: SHARE_ENV });
worker.on("exit", (code) => {
  console.log(Atomics.load(shared, 0), code, process.env.SET_BY_WORKER);
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(new Map([[1, new Set([2])]]));
  console.log(receiveMessageOnPort(port2));
});
