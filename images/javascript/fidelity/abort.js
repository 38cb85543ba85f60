process.on("exit", () => console.log("never"));
require("fs").writeSync(1, "before\n");
process.kill(process.pid, "SIGABRT");
