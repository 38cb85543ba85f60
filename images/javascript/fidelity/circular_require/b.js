const main = require("./main");
exports.seen = Object.keys(main);
exports.late = main.late;
