// not UTF-8
console.log("café", "café".length);
