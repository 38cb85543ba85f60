// Holds node at its start until its program is there, and then is as if it had never been there.
//
// Node is started in the program's own cell with
//
// - NODE_OPTIONS=--require={this file}: nobody sees it, as workers and forks would see --require on the command line;
// - its main file's absolute path, and another working directory than the workspace: to find this file, node looks for
//   a package.json there, and would remember that there was none.
//
// This file says on descriptor 3 that it waits, reads there what the program's directory, arguments and variables are,
// makes the process look as if it had been started with them, and lets node go on with its main file.
// docs/architecture/cells.md has the bytes, docs/extending/languages.md what a program can still see.
"use strict";

const LEASH = 3;
const CHDIR = 2; // images/runner/src/spawn/child.rs
const Module = module.constructor;

// Only while node starts, and once: the variable is deleted here, so a worker, which loads this file again, has none.
// Otherwise descriptor 3 may be anything that a program has opened.
function isHeld() {
  return module.isPreloading && process.env.NODE_OPTIONS === `--require=${__filename}`;
}

// Loads and compiles what a program's first line of output needs; nothing shows it but process.moduleLoadList. The line
// written here goes nowhere: not to a real stream, which takes a tick, and uncoloured, as colours ask process.stderr.
function warmUp() {
  require("net");
  const stdout = Object.assign(new (require("events"))(), { write() {} });
  new console.Console({ stdout, colorMode: false }).log(1, { a: [1] });
}

// Returns the go's fields, and ends the process where there is none because the runner has gone.
function go() {
  const bytes = readLeash();
  if (bytes.length === 0) {
    process.exit();
  }
  return bytes.toString().split("\0");
}

// Uses no Buffer.alloc: a program could see how much of the pool behind it is gone.
function readLeash() {
  const { readSync, writeSync } = require("fs");
  let bytes = new Uint8Array(65536);
  let length = 0;
  try {
    writeSync(LEASH, Uint8Array.of("W".charCodeAt()));
    for (let count; (count = readSync(LEASH, bytes, length, bytes.length - length, null)) > 0; ) {
      length += count;
      if (length === bytes.length) {
        const longer = new Uint8Array(2 * length);
        longer.set(bytes);
        bytes = longer;
      }
    }
  } catch {
    length = 0;
  }
  return Buffer.from(bytes.buffer, 0, length);
}

// argv[0] and argv[1] are what they were: the interpreter, and the main file's absolute path.
function become([directory, count, ...fields]) {
  enter(directory);
  const [, , ...programArguments] = fields.splice(0, Number(count));
  process.argv.length = 2;
  for (const argument of programArguments) {
    process.argv.push(argument);
  }
  for (const name of Object.keys(process.env)) {
    delete process.env[name];
  }
  for (const variable of fields) {
    const end = variable.indexOf("=");
    process.env[variable.slice(0, end)] = variable.slice(end + 1);
  }
  Module._initPaths(); // HOME is where require looks last.
  require("fs").closeSync(LEASH);
}

// The main file lies in the workspace itself.
function enter(directory) {
  const { dirname, join } = require("path");
  try {
    process.chdir(join(dirname(process.argv[1]), directory));
  } catch (error) {
    const errno = new Uint8Array(new Int32Array([-error.errno]).buffer);
    require("fs").writeSync(LEASH, Uint8Array.of("F".charCodeAt(), CHDIR, ...errno));
    process.exit(1);
  }
}

// In workers too: node hands its list of required modules down to them.
function leaveNoTrace() {
  delete require.cache[__filename];
  for (const key of Object.keys(Module._pathCache)) {
    delete Module._pathCache[key];
  }
  process._preload_modules.length = 0;
}

if (isHeld()) {
  warmUp();
  become(go());
}
if (module.isPreloading) {
  leaveNoTrace();
}
