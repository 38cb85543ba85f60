process.stdout.write(Buffer.from(Array.from({ length: 256 }, (_, i) => i)));
process.stderr.write(Buffer.from([0xff, 0xfe]));
process.stdout.write("no newline");
