for (let i = 0; i < 60000; i++) process.stdout.write(i + " " + "x".repeat(i % 80) + "\n");
process.stderr.write("e".repeat(300000));
