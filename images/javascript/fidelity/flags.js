// interpreter flags: --stack-trace-limit=1 --title=named --use_strict
// args: --title=argument
console.log(process.argv, process.execArgv, process.title);
console.log(require("child_process").execFileSync(process.execPath, ["-p", "process.execArgv"]).toString());
const { Worker } = require("worker_threads");
new Worker("console.log(process.execArgv)", { eval: true }).on("exit", () => {
  undeclared = 1;
});
