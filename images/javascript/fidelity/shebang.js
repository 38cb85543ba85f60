#!/usr/bin/env node
console.log("shebang");
null.x;
