// process ids: any
const b = new Buffer(3);
console.log(b.length);
const e = new (require("events"))();
for (let i = 0; i < 11; i++) e.on("x", () => {});
