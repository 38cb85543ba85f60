// native: higher
// cell: 3
// cold cell: higher
const number = require("fs").openSync("main.js");
console.log(number === 3 ? 3 : "higher");
