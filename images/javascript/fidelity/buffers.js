const b = Buffer.from("héllo €", "utf8");
console.log(b, b.toString("base64"), b.toString("hex"), b.toString("latin1"), b.byteLength, Buffer.poolSize);
console.log(Buffer.alloc(3), Buffer.concat([b, Buffer.from([255])]).toString(), Buffer.compare(b, Buffer.from("i")));
console.log(new TextDecoder().decode(new Uint8Array([0xff, 0x41])), new TextEncoder().encode("é"), btoa("x"), structuredClone(new Date(0)));
new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([0xff]));
