console.log(require("fs").readFileSync(0).length);
process.stdin.on("end", () => console.log("end"));
process.stdin.resume();
