const seen = [];
for (const name of ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR2", "SIGWINCH"]) process.on(name, (s, n) => seen.push([s, n]));
for (const name of ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR2", "SIGWINCH"]) process.kill(process.pid, name);
const wait = setInterval(() => {
  if (seen.length === 5) {
    clearInterval(wait);
    console.log(seen.sort());
    try {
      process.on("SIGKILL", () => {});
    } catch (e) {
      console.log(e.code);
    }
    process.kill(process.pid, 0);
    process.kill(999999, 0);
  }
}, 1);
