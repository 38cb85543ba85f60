// env: LETTERS="ä b" EMPTY= NODE_ENV=test
console.log(Object.keys(process.env).sort().map((k) => `${k}=${JSON.stringify(process.env[k])}`));
console.log(process.cwd(), require("os").homedir(), require("os").tmpdir(), require("os").userInfo().username);
console.log(require("child_process").execSync("env").toString().split("\n").sort());
