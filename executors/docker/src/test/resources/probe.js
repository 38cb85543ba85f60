// Prints what a program in a container has and may do, as probe.py does: the lines that node can find out.
const fs = require("fs");
const net = require("net");
const os = require("os");
const path = require("path");
const util = require("util");

const say = (...words) => console.log(words.join(" "));
const status = Object.fromEntries(fs.readFileSync("/proc/self/status", "utf8").split("\n").map((line) => line.split(":\t")));
for (const name of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Groups"]) {
  say(name, status[name].trim() || "none");
}
say("Seccomp filters", Number(status.Seccomp_filters) > 1 ? "two or more" : status.Seccomp_filters);
say("Uid", ...new Set(status.Uid.split("\t")), "Gid", ...new Set(status.Gid.split("\t")));
say("pid 1 is", fs.readFileSync("/proc/1/comm", "utf8").trim());

// In the words of strerror(3).
function why(error) {
  const text = util.getSystemErrorMap().get(error.errno)[1];
  return text[0].toUpperCase() + text.slice(1);
}
function attempt(what, action) {
  try {
    action();
    say(what, "works");
  } catch (error) {
    say(what, why(error));
  }
}
const write = (file) => fs.closeSync(fs.openSync(file, "w"));
const writable = (folder) => {
  try {
    fs.accessSync(folder, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
};
function* folders(folder) {
  if (folder === "/proc") return;
  yield folder;
  let entries = [];
  try {
    entries = fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    // Not to be read.
  }
  for (const entry of entries) if (entry.isDirectory()) yield* folders(path.join(folder, entry.name));
}
const first = (file) => {
  try {
    if (fs.statSync(file).isDirectory()) return fs.readdirSync(file).length;
    const descriptor = fs.openSync(file, "r");
    return fs.readSync(descriptor, Buffer.alloc(1));
  } catch {
    return 0;
  }
};

for (const folder of ["/", "/usr", "/etc", "/run", "/run/runnel", "/var/tmp", "/home", "/sys", "/workspace", "/tmp", "/dev/shm"]) {
  attempt(`write to ${folder}:`, () => write(`${folder}/file`));
}
say("folders that can be written to:", ...[...folders("/")].filter(writable).sort());
const mounts = fs.readFileSync("/proc/self/mounts", "utf8").split("\n").map((line) => line.split(" "));
for (const place of ["/workspace", "/tmp", "/dev/shm"]) {
  const options = mounts.find((mount) => mount[1] === place)[3].split(",");
  const { blocks, bsize } = fs.statfsSync(place);
  say(place, ...["nosuid", "nodev", "noexec"].filter((name) => options.includes(name)), (blocks * bsize) / 2 ** 20, "MiB");
}
say("interfaces:", ...Object.keys(os.networkInterfaces()));
attempt("change the host name:", () => write("/proc/sys/kernel/hostname"));
const outside = net.connect(80, "192.0.2.1");
outside.on("connect", () => rest("works")).on("error", (error) => rest(why(error)));

function rest(connection) {
  say("a connection to the outside:", connection);
  say("devices:", ...fs.readdirSync("/dev").sort());
  const limits = fs.readFileSync("/proc/self/limits", "utf8");
  for (const [name, line] of [["NOFILE", "Max open files"], ["CORE", "Max core file size"]]) {
    say(name, ...limits.match(new RegExp(`${line} +(\\S+) +(\\S+)`)).slice(1));
  }
  for (const file of ["/proc/kcore", "/proc/keys", "/proc/sysrq-trigger", "/proc/1/environ", "/proc/1/mem", "/proc/1/root"]) {
    say(`read ${file}:`, first(file) || "nothing");
  }
  say("environment:", ...Object.keys(process.env).sort());
  say("host name:", os.hostname());
}
