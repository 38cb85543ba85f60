// process ids: any
console.log("%s is %d and %i, %f, %j, %o, %O %%", "x", 4.5, 4.5, "1.5", { a: 1 }, [1], { b: { c: {} } });
console.info("info");
console.warn("warn");
console.debug("debug");
console.table([{ a: 1, b: "x" }, { a: 2 }]);
console.group("group");
console.log("indented\nlines");
console.groupEnd();
console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 });
console.assert(1 === 2, "assertion %s", "text");
console.count();
console.count();
console.countReset();
console.count("named");
console.timeEnd("never started");
console.trace("here");
