console.log("carriage");
console.log(`a
b`.length);
x;
