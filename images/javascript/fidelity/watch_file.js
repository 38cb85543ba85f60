const fs = require("fs");
let time = 1;
const touch = setInterval(() => fs.utimesSync("main.js", ++time, time), 10);
fs.watchFile("main.js", { interval: 5 }, (now, before) => {
  console.log(now.mtimeMs !== before.mtimeMs);
  fs.unwatchFile("main.js");
  clearInterval(touch);
});
