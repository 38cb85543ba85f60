// stdin: {"a": 1}\n{"a": 2}\n
import { createInterface } from "node:readline";

let sum = 0;
for await (const line of createInterface({ input: process.stdin })) sum += JSON.parse(line).a;
console.log(sum);
