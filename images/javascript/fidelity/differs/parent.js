// native: an ordinary parent
// plain: the parent is process 1
// cell: no parent in sight
console.log({ 0: "no parent in sight", 1: "the parent is process 1" }[process.ppid] ?? "an ordinary parent");
