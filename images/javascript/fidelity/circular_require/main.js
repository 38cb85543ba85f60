// process ids: any
exports.early = 1;
console.log(require("./b").seen);
const { late } = require("./b");
exports.late = 2;
console.log(late);
