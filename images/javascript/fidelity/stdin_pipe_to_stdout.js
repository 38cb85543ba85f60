// stdin: through\x00\xff the pipe
process.stdin.pipe(process.stdout);
