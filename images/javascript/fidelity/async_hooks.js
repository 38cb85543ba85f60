const { AsyncLocalStorage } = require("async_hooks");
const storage = new AsyncLocalStorage();
storage.run({ id: 7 }, () => setTimeout(() => console.log(storage.getStore()), 1));
console.log(storage.getStore(), require("async_hooks").executionAsyncId(), require("async_hooks").triggerAsyncId());
