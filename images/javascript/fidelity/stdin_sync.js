// stdin: line one\nbytes \xff\n
const fs = require("fs");
const data = fs.readFileSync(0);
console.log(data, data.toString().length, fs.readFileSync(0).length, fs.readFileSync("/dev/stdin").length);
