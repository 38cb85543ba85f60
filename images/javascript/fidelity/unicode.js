const größe = "日本 🐍";
console.log(größe, größe.length, [...größe].length, größe.normalize("NFD").length, "\ud800".isWellFormed?.());
console.log("\ud800", Buffer.from("\ud800"));
throw new Error("ünïcode 🐍");
