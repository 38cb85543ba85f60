import fs, { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import helper, { count, bump } from "./helper.mjs";
import common from "./common.cjs";

console.log(import.meta.url, import.meta.dirname, import.meta.filename, Object.keys(import.meta).sort());
console.log(fs.readFileSync === readFileSync, helper("x"), count, (bump(), count), common);
const again = await import("./helper.mjs");
console.log(again.count, again);
const require = createRequire(import.meta.url);
console.log(require("./common.cjs") === common, typeof this, import.meta.resolve("./helper.mjs"));
await import("./missing.mjs").catch((e) => console.log(e.code, e.message));
await import("data:text/javascript,console.log('from data')");
import("./broken.mjs");
