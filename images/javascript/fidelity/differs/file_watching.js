// native: change main.js
// plain: EPERM
// cell: EPERM
const fs = require("fs");
try {
  const watcher = fs.watch(".", (event, name) => {
    console.log(event, name);
    watcher.close();
  });
  watcher.on("error", (e) => console.log(e.code));
  setTimeout(() => fs.utimesSync("main.js", 1, 1), 20);
} catch (e) {
  console.log(e.code);
}
