// process ids: any
// env: NODE_OPTIONS=--unhandled-rejections=warn-with-error-code
Promise.reject(new Error("only warned"));
process.on("warning", (w) => console.log(w.name));
