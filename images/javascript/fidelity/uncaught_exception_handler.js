process.on("uncaughtException", (error, origin) => {
  console.log("caught", error.message, origin);
  process.exitCode = 12;
});
setTimeout(() => console.log("goes on"), 5);
undefinedFunction();
