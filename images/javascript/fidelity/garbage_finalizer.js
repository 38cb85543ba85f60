const registry = new FinalizationRegistry((v) => console.log("finalized", v));
registry.register({}, "object");
const weak = new WeakRef({});
console.log(weak.deref() !== undefined, typeof gc);
