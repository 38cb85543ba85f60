process.on("unhandledRejection", (reason, promise) => {
  console.log("handler", reason.message, promise instanceof Promise);
});
Promise.reject(new Error("handled late"));
setTimeout(() => console.log("goes on"), 5);
