try {
  JSON.parse("{bad");
} catch (cause) {
  throw new Error("outer", { cause });
}
