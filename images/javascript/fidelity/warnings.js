// process ids: any
process.on("warning", (w) => console.log("event", w.name, w.message, w.code));
process.emitWarning("careful", { code: "MY_CODE", detail: "a detail" });
process.emitWarning("old", "DeprecationWarning", "DEP_MINE");
process.emitWarning("old", "DeprecationWarning", "DEP_MINE");
