// stdin: one\r\ntwo\nlast
const readline = require("readline");
const rl = readline.createInterface({ input: process.stdin, output: process.stdout, prompt: "> " });
rl.prompt();
rl.on("line", (line) => {
  console.log(JSON.stringify(line), rl.terminal);
  rl.prompt();
});
rl.on("close", () => console.log("closed"));
