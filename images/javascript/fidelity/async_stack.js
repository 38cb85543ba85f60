async function third() {
  await null;
  throw new Error("deep");
}
async function second() {
  await third();
}
async function first() {
  await second();
}
first().catch((e) => {
  console.log(e.stack);
  Error.stackTraceLimit = 2;
  console.log(new Error("short").stack);
  return first();
});
