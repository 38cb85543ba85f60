// stdin: Ada\n
import * as readline from "node:readline/promises";

const rl = readline.createInterface({ input: process.stdin, output: process.stdout });
console.log("hello", await rl.question("name? "));
console.log(await rl.question("never answered? "));
