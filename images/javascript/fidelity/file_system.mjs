import fs from "node:fs/promises";
import path from "node:path";

await fs.mkdir("a/b", { recursive: true });
await fs.writeFile("a/b/f.txt", "text");
await fs.appendFile("a/b/f.txt", " more");
console.log(await fs.readFile("a/b/f.txt", "utf8"), await fs.readdir("."), (await fs.stat("a")).isDirectory());
console.log(((await fs.stat("a/b/f.txt")).mode & 0o777).toString(8), path.resolve("x"), process.umask().toString(8));
await fs.rm("a", { recursive: true });
for (const [file, flag] of [["/etc/passwd", "a"], ["/usr/x", "w"], ["missing", "r"]]) {
  await fs.open(file, flag).catch((e) => console.log(e.code, e.syscall, e.path, e.message));
}
await fs.readFile("missing");
