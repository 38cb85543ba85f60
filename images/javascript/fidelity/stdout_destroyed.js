process.stdout.on("error", (e) => console.error("error", e.code));
process.stdout.destroy();
console.log("lost");
process.stdout.write("lost as well", (e) => console.error(e?.code));
