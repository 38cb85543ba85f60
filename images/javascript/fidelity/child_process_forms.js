// process ids: any
const { spawn, spawnSync, exec, execSync, execFileSync } = require("child_process");
console.log(execSync("echo out; echo $0").toString());
const s = spawnSync("sh", ["-c", "cat; echo err >&2; exit 3"], { input: "given" });
console.log(s.status, s.signal, s.stdout.toString(), s.stderr.toString());
console.log(spawnSync("nothing-of-that-name").error.code);
console.log(execFileSync(process.execPath, ["-p", "[process.argv, process.execArgv, process.env.NODE_OPTIONS]"]).toString());
exec("kill -9 $$", (error) => {
  console.log(error.code, error.signal, error.killed, error.cmd);
  const child = spawn("sh", ["-c", "echo through; exit 4"], { stdio: "inherit" });
  child.on("close", (code, signal) => {
    console.log("closed", code, signal);
    execSync("exit 7", { stdio: "pipe" });
  });
});
