process.stdout.write("x".repeat(1 << 20) + "\n", () => console.log("written", process.stdout.writableLength));
process.exitCode = 3;
