console.log("before");
require("./no-such-file");
