process.exitCode = 5;
process.on("exit", (code) => {
  console.log("exit", code);
  process.exitCode = 6;
});
console.log("main ends");
