const { execSync } = require("child_process");
console.log(String(process.pid) === execSync("echo $PPID").toString().trim(), process.ppid !== process.pid);
console.log(require("fs").readlinkSync("/proc/self") === String(process.pid), require("fs").readdirSync("/proc/self/fd").slice(0, 3));
process.title = "title";
console.log(process.title, require("fs").readFileSync("/proc/self/comm", "utf8"));
