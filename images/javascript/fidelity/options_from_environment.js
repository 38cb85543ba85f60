// env: NODE_OPTIONS="--stack-trace-limit=1 --no-warnings --max-old-space-size=100"
console.log(process.execArgv, process.env.NODE_OPTIONS, Error.stackTraceLimit);
process.emitWarning("not shown");
console.log(Math.round(require("v8").getHeapStatistics().heap_size_limit / 1e6) < 250);
