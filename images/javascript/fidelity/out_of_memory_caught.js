try {
  "x".repeat(2 ** 29).repeat(2);
} catch (e) {
  console.log(e.name, e.message);
}
new Array(-1);
