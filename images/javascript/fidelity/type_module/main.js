import { a } from "./a.js";

console.log(typeof require, a, import.meta.url);
const x = await Promise.resolve("awaited");
console.log(x);
a();
