setTimeout(() => {
  console.log("timeout 1");
  setTimeout(() => {
    setTimeout(() => console.log("timeout 2"), 50);
    setTimeout(() => console.log("timeout 1 again"), 1);
    setTimeout(() => console.log("unref'd, never"), 1000000).unref();
  }, 1);
}, 1);
process.nextTick(() => console.log("tick"));
queueMicrotask(() => console.log("microtask"));
Promise.resolve().then(() => console.log("promise"));
(async () => {
  console.log("async starts");
  await null;
  console.log("async goes on");
})();
console.log("main");
