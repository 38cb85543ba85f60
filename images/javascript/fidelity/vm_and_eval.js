const vm = require("vm");
console.log(vm.runInNewContext("x + 1", { x: 2 }), eval("1 + 1"), new Function("a", "return a * 2")(4));
try {
  vm.runInNewContext("for (;;);", {}, { timeout: 20 });
} catch (e) {
  console.log(e.code);
}
try {
  vm.runInThisContext("function f() {\n  throw new Error('in vm');\n}\nf()", { filename: "named.vm", lineOffset: 10 });
} catch (e) {
  console.log(e.stack);
}
eval("function g() { h() }; g()\n//# sourceURL=evaluated.js");
