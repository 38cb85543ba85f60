// args: one "two words" "" --x=é -e
console.log(__filename, __dirname, require.main === module, module.id, module.parent, module.paths, require.resolve("./main.js"));
console.log(process.argv, process.execArgv, process.argv0, process.execPath, process.title);
console.log(Object.keys(require.cache), require.extensions[".js"] !== undefined, module.children.length, module.loaded);
console.log(this === module.exports, arguments.length, typeof globalThis, typeof window);
console.log(Object.getOwnPropertyNames(globalThis).sort().join());
