const { spawnSync } = require("child_process");
require("fs").writeFileSync("t.js", "require('node:test')('fails', () => { require('assert')(false); });");
const run = spawnSync(process.execPath, ["--test-reporter=tap", "t.js"]);
console.log(run.status, run.stdout.toString().split("\n").filter((l) => l.startsWith("#") && !l.includes("duration")));
