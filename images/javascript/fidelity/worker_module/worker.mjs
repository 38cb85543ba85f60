import { workerData } from "node:worker_threads";

Atomics.add(workerData, 0, 7);
process.env.SET_BY_WORKER = "yes";
console.log(import.meta.url, process.execArgv, process.argv);
process.exit(2);
