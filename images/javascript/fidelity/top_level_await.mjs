const value = await new Promise((resolve) => setTimeout(resolve, 5, "waited"));
console.log(value);
for await (const x of (async function* () {
  yield 1;
  yield 2;
})())
  console.log(x);
await Promise.reject(new Error("rejected at the top"));
