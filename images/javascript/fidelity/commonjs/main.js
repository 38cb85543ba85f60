const lib = require("./lib");
const data = require("./data.json");
const pack = require("pack");
console.log(lib.name, lib.parent, data, pack, require("./lib") === lib);
console.log(module.children.map((m) => m.id), Object.keys(require.cache));
lib.fail();
