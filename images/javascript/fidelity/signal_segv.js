console.log("before");
process.kill(process.pid, "SIGSEGV");
