const assert = require("assert");
try {
  assert.strictEqual(1, 2);
} catch (e) {
  console.log(e.code, e.message);
}
assert.deepStrictEqual({ a: 1, b: [1, 2] }, { a: 1, b: [1, 3] });
