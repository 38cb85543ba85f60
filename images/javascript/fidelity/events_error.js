const { EventEmitter, once } = require("events");
const e = new EventEmitter();
once(e, "ready").then((v) => {
  console.log(v);
  e.emit("error", new Error("without a listener"));
});
e.emit("ready", 1, 2);
