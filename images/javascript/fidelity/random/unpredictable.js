const crypto = require("crypto");
console.log("random", Math.random());
console.log("uuid", crypto.randomUUID());
console.log("bytes", crypto.randomBytes(8).toString("hex"));
console.log("web", crypto.webcrypto.getRandomValues(new Uint32Array(4)).join());
console.log("temporary", require("fs").mkdtempSync("/tmp/x-"));
