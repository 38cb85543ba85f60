require("fs").readFile(__filename, () => {
  setTimeout(() => console.log("timeout in io"), 0);
  setImmediate(() => console.log("immediate in io"));
});
