const util = require("util");
class A {
  #hidden = 1;
  x = { y: { z: { w: 1 } } };
  get g() {
    return 1;
  }
  [util.inspect.custom]() {
    return "<A>";
  }
}
const circular = { name: "c" };
circular.self = circular;
console.log(new A(), [new A()], circular, new Map([[{ k: 1 }, new Set([1])]]), Symbol("s"), 10n, -0, [, 1], function f() {}, class B {});
console.log(util.inspect({ a: "x".repeat(100), b: Array(200).fill(1) }, { breakLength: 60, maxArrayLength: 3 }));
console.log([1.5, "a'b", null, undefined], new Date(0), /r/g, new Error("e").message, Promise.resolve(1), Promise.reject(2).catch(() => {}), new Proxy({}, {}), new (class extends Map {})());
console.log(util.format("%s", { toString: () => "custom" }), util.types.isDate(new Date()), Buffer.from("é"), new Uint8Array(3), new ArrayBuffer(2), globalThis === global);
