function f() {
  console.log("never");
