// native: greater than 2
// plain: 2
// cell: 2
console.log(process.pid === 2 ? 2 : "greater than 2");
