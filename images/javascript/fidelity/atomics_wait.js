const a = new Int32Array(new SharedArrayBuffer(4));
console.log(Atomics.wait(a, 0, 0, 10), Atomics.wait(a, 0, 1), Atomics.notify(a, 0));
const keep = setInterval(() => {}, 1000);
Atomics.waitAsync(a, 0, 0, 10).value.then((end) => {
  console.log(end);
  clearInterval(keep);
});
