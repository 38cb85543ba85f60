const { fork } = require("child_process");
if (process.argv[2] === "child") {
  process.on("message", (m) => {
    process.send({ got: m, execArgv: process.execArgv, argv: process.argv, parent: process.ppid === m.parent });
    process.disconnect();
    process.exitCode = 5;
  });
} else {
  const child = fork(__filename, ["child"]);
  child.send({ parent: process.pid });
  child.on("message", (m) => {
    delete m.got.parent;
    console.log(m);
  });
  child.on("exit", (code) => console.log("exit", code, process.connected, typeof process.send));
}
