for (const name of ["stdin", "stdout", "stderr"]) {
  const s = process[name];
  console.log(name, s.constructor.name, s.isTTY, s.fd, s.writableHighWaterMark, s.readable, s.writable, s._type, s.columns);
}
console.log(process.stdout.hasColors?.(), process.stdout.writableObjectMode, require("tty").isatty(1));
