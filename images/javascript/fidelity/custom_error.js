class Failure extends Error {
  constructor(message, extra) {
    super(message);
    this.name = "Failure";
    this.extra = extra;
  }
}
console.error(new Failure("printed", { a: 1 }));
throw new Failure("thrown", [1, 2]);
