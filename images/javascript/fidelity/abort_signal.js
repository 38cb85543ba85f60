const signal = AbortSignal.timeout(10);
signal.addEventListener("abort", () => console.log(signal.reason.name));
setTimeout(() => {
  const c = new AbortController();
  c.abort();
  c.signal.throwIfAborted();
}, 30);
