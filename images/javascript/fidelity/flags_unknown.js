// interpreter flags: --no-such-flag
console.log("never");
