// native: node main.js
// native: a much longe
// cell: node /workspace/main.js
// cell: a much longer title tha
// cold cell: node main.js
// cold cell: a much longe
console.log(require("fs").readFileSync("/proc/self/cmdline", "utf8").replaceAll("\0", " ").trim());
process.title = "a much longer title than there is space for";
console.log(process.title);
