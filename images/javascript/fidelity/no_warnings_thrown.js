// env: NODE_OPTIONS=--throw-deprecation
require("util").deprecate(() => {}, "is old", "DEP_X")();
console.log("before the throw");
