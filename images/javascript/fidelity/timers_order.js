setTimeout(() => console.log("timeout 1"), 1);
setTimeout(() => console.log("timeout 20"), 20);
process.nextTick(() => console.log("tick"));
queueMicrotask(() => console.log("microtask"));
Promise.resolve().then(() => console.log("promise"));
(async () => {
  console.log("async starts");
  await null;
  console.log("async goes on");
})();
require("fs").readFile(__filename, () => {
  setTimeout(() => console.log("timeout in io"), 0);
  setImmediate(() => console.log("immediate in io"));
});
console.log("main");
setTimeout(() => console.log("unref'd, never"), 50).unref();
