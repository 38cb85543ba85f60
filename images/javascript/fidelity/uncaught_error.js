function inner() {
  throw new TypeError("something is wrong");
}
console.log("before");
inner();
