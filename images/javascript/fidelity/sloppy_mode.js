undeclared = 1;
console.log(undeclared, (function () { return this === globalThis; })(), delete globalThis.undeclared, 010);
var x = 1;
console.log(globalThis.x);
with ({ x: 2 }) console.log(x);
