// native: no NODE_OPTIONS
// cell: NODE_OPTIONS of the wait
// cold cell: no NODE_OPTIONS
const start = require("fs").readFileSync("/proc/self/environ", "utf8");
console.log(/NODE_OPTIONS=--require=\S*wait\.js/.test(start) ? "NODE_OPTIONS of the wait" : "no NODE_OPTIONS");
