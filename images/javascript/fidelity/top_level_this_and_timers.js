const started = performance.now();
const t = setTimeout(() => {
  const took = performance.now() - started;
  console.log(took >= 29 && took < 5000, typeof performance.timeOrigin, process.uptime() > 0, Date.now() > 1.6e12);
  console.log(process.hrtime.bigint() > 0n, process.hrtime().length, t.hasRef(), t.constructor.name);
}, 30);
