require("dns").lookup("example.com", (e) => console.log(e.code, e.hostname));
require("net").connect(80, "192.0.2.1").on("error", (e) => {
  console.log(e.code);
  fetch("http://example.com/").catch((e) => {
    console.log(e.message, e.cause.code);
    throw e.cause;
  });
});
