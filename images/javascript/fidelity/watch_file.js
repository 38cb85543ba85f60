const fs = require("fs");
fs.watchFile("main.js", { interval: 5 }, (now, before) => {
  console.log(now.mtimeMs, before.mtimeMs !== now.mtimeMs);
  fs.unwatchFile("main.js");
});
setTimeout(() => fs.utimesSync("main.js", 1, 1), 30);
