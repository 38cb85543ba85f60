import { pipeline } from "node:stream/promises";
import { Readable, Transform } from "node:stream";
import { createGzip, createGunzip } from "node:zlib";

const upper = new Transform({ transform: (chunk, _, done) => done(null, chunk.toString().toUpperCase()) });
await pipeline(Readable.from(["a", "b\n"]), createGzip(), createGunzip(), upper, process.stdout, { end: false });
await pipeline(Readable.from([1, 2]), async function* (source) {
  for await (const x of source) throw new Error("in the pipeline " + x);
});
