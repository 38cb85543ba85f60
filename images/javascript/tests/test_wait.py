"""Programs run by a node that has waited for them, compared with the same programs run by a node that has not."""

import errno
import fcntl
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import textwrap
import unittest
from pathlib import Path

WAIT = Path(__file__).resolve().parent.parent / "warm" / "wait.js"
SANDBOX_PATH = "/usr/local/bin:/usr/bin:/bin"
# RUNNEL_NODE names another version to test with.
NODE = os.environ.get("RUNNEL_NODE") or shutil.which("node", path=SANDBOX_PATH) or shutil.which("node")
PATIENCE = 20
ENVIRONMENT = {"PATH": SANDBOX_PATH, "HOME": "/nowhere", "LANG": "C.UTF-8", "TMPDIR": "/tmp"}

# All that a program can see at its start, but for process.moduleLoadList, times and numbers of descriptors.
REPORT = r"""
const regExp = [RegExp.$_, RegExp["$&"], RegExp.$1];
const asyncHooks = require("async_hooks"), fs = require("fs"), Module = require("module");
const describe = (object) => Object.entries(Object.getOwnPropertyDescriptors(object))
    .map(([name, { value, ...rest }]) => [name, typeof value, typeof value === "function" ? String(value) : "", rest]);
const descriptors = fs.readdirSync("/proc/self/fd").map((fd) => {
    try { return fs.readlinkSync("/proc/self/fd/" + fd).replace(/\d+/g, "N"); } catch { return "listing"; }
});
const status = fs.readFileSync("/proc/self/status", "utf8").match(/^(Sig[^Q]|Shd|Umask|Threads).*/gm);
console.log(JSON.stringify({
    regExp,
    // Node 18 reads every module's source into the pool, this prelude's too.
    pool: parseInt(process.versions.node) < 20 || Buffer.from("x").byteOffset,
    asyncId: [asyncHooks.executionAsyncId(), asyncHooks.triggerAsyncId(), new asyncHooks.AsyncResource("x").asyncId()],
    argv: process.argv, argv0: process.argv0, execArgv: process.execArgv, execPath: process.execPath,
    title: process.title,
    environ: Object.entries(process.env),
    child: require("child_process").execFileSync("env", { encoding: "utf8" }),
    cwd: [process.cwd(), require("path").resolve(".")],
    process: describe(process), prototype: describe(Object.getPrototypeOf(process)),
    global: describe(globalThis), Module: describe(Module), error: describe(Error),
    events: process.eventNames().map((name) => [name, process.listenerCount(name)]),
    active: [process._getActiveHandles().length, process._getActiveRequests().length],
    resources: process.getActiveResourcesInfo && process.getActiveResourcesInfo(),
    cache: Object.keys(require.cache), paths: Object.keys(Module._pathCache), globals: Module.globalPaths,
    preloaded: process._preload_modules, main: [require.main === module, process.mainModule === module],
    module: [module.id, module.path, module.filename, module.loaded, module.parent, module.children, module.paths],
    isPreloading: module.isPreloading,
    descriptors: descriptors.sort(), status,
    flags: [0, 1, 2].map((fd) => fs.readFileSync("/proc/self/fdinfo/" + fd, "utf8").match(/flags:.*/)[0]),
    stack: new Error("here").stack,
    stdin: fs.readFileSync(0, "utf8"),
}));
"""

# In a worker, and in a process that a program starts.
INHERITED = """
const { cwd, argv, execArgv, env, _preload_modules } = process;
const report = JSON.stringify([cwd(), argv, execArgv, env, _preload_modules, Object.keys(require.cache)]);
"""
FORKED = INHERITED + "process.send(report, () => process.disconnect());"
WORKER = INHERITED + "require('worker_threads').parentPort.postMessage(report);"


class WaitTest(unittest.TestCase):
    maxDiff = None

    def setUp(self) -> None:
        self.clear_workspace()

    def clear_workspace(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.workspace = Path(folder.name).resolve()

    def write(self, files: dict) -> None:
        for name, source in files.items():
            path = self.workspace / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(textwrap.dedent(source))

    def popen(self, command: list, **options) -> subprocess.Popen:
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        process = subprocess.Popen(command, **pipes, **options)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def hold(self) -> tuple[subprocess.Popen, socket.socket]:
        """A node that has started in an empty workspace, and the runner's end of its leash."""
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        ours.settimeout(PATIENCE)
        inherited = fcntl.fcntl(theirs, fcntl.F_DUPFD, 10)
        theirs.close()
        # The shell only moves the leash; the rest is language.yaml's command.
        command = ["sh", "-c", 'cd / && exec node "$OLDPWD/main.js"']
        process = self.popen(
            ["bash", "-c", f'exec 3<&{inherited}-; exec "$@"', "bash", *command],
            cwd=self.workspace,
            env={"PATH": f"{Path(NODE).parent}:/bin", "OF_THE_START": "x", "NODE_OPTIONS": f"--require={WAIT}"},
            pass_fds=[inherited],
        )
        os.close(inherited)
        self.assertEqual(ours.recv(2), b"W")
        return process, ours

    def go(self, leash: socket.socket, *arguments, directory: str = "", **requested) -> None:
        argv = ["node", "main.js", *arguments]
        variables = [b"%b=%b" % tuple(map(os.fsencode, v)) for v in (ENVIRONMENT | requested).items()]
        leash.sendall(b"\0".join(map(os.fsencode, [directory, str(len(argv)), *argv, *variables])))
        leash.shutdown(socket.SHUT_WR)

    def held(self, files: dict, *arguments, **requested) -> tuple:
        """Exit code, stdout and stderr of a program that reads one line, run by a node that waited for it."""
        process, leash = self.hold()
        self.write(files)
        self.go(leash, *arguments, **requested)
        return self.outcome(process)

    def native(self, files: dict, *arguments, directory: str = "", **requested) -> tuple:
        """The same of a node started for it."""
        self.write(files)
        command = ["node", os.path.relpath("main.js", directory or "."), *arguments]
        environment = ENVIRONMENT | requested
        return self.outcome(self.popen(command, executable=NODE, cwd=self.workspace / directory, env=environment))

    def outcome(self, process: subprocess.Popen) -> tuple:
        output, errors = process.communicate(b"a line\n", timeout=PATIENCE)
        texts = (text.decode(errors="backslashreplace") for text in (output, errors))
        return process.returncode, *(text.replace(f"(node:{process.pid})", "(node:PID)") for text in texts)

    def assert_as_native(self, files: str | dict, *arguments, **requested) -> tuple:
        files = files if isinstance(files, dict) else {"main.js": files}
        held = self.held(files, *arguments, **requested)
        self.assertEqual(held, self.native(files, *arguments, **requested))
        return held

    def assert_report_as_native(self, files: str | dict, *arguments, **requested) -> dict:
        """The report is compared part by part, which reads better where it differs."""
        files = files if isinstance(files, dict) else {"main.js": files}
        held, native = (run(files, *arguments, **requested) for run in (self.held, self.native))
        self.assertEqual((held[0], held[2]), (0, ""))
        reports = json.loads(held[1]), json.loads(native[1])
        for part in reports[1]:
            with self.subTest(part):
                self.assertEqual(reports[0][part], reports[1][part])
        self.assertEqual(*reports)
        return reports[0]

    def test_a_program_sees_what_it_sees_natively(self) -> None:
        report = self.assert_report_as_native(REPORT, "an argument", "", "--require", "é\n")

        self.assertEqual(report["argv"][2:], ["an argument", "", "--require", "é\n"])

    def test_variables_are_those_of_the_request_in_their_order(self) -> None:
        requested = {"Z": "1", "A": "=x=\n", "EMPTY": "", "ü": "ö", "HOME": "/elsewhere", "OF_THE_START": "y"}

        report = self.assert_report_as_native(REPORT, **requested)

        self.assertEqual(report["environ"], [list(v) for v in (ENVIRONMENT | requested).items()])
        self.assertIn("/elsewhere/.node_modules", report["globals"])

    def test_bytes_that_are_no_text(self) -> None:
        source = "console.log(process.argv, process.env.BYTES)"

        self.assert_as_native(source, b"\xff\xfe", "\udc80", BYTES=b"\xc3\x28")

    def test_another_working_directory(self) -> None:
        files = {"main.js": REPORT, "sub/x": ""}

        report = self.assert_report_as_native(files, directory="sub")

        self.assertEqual(report["cwd"], [f"{self.workspace}/sub"] * 2)

    def test_a_working_directory_that_is_not_there_is_a_failure(self) -> None:
        process, leash = self.hold()
        self.go(leash, directory="nowhere")

        self.assertEqual(leash.recv(9), b"F\x02" + struct.pack("=i", errno.ENOENT))
        self.assertEqual(self.outcome(process), (1, "", ""))

    def test_a_large_go_in_pieces(self) -> None:
        source = """
            const hash = (o) => require("crypto").createHash("sha256").update(JSON.stringify(o)).digest("hex");
            console.log(process.argv.length, hash(process.argv), hash(process.env));
        """
        self.assert_as_native(source, *(f"{i}é" * 10_000 for i in range(15)), LONG="x" * 100_000)

    def test_the_leash_ends_before_the_program_starts(self) -> None:
        process, leash = self.hold()
        self.write({"main.js": "process.stdin.once('data', (data) => console.log(`${data}`))"})
        self.go(leash)

        self.assertEqual(leash.recv(1), b"")
        self.assertEqual(self.outcome(process), (0, "a line\n\n", ""))

    def test_without_a_runner_it_ends_quietly(self) -> None:
        for name, end in (("end", lambda leash: leash.shutdown(socket.SHUT_WR)), ("gone", socket.socket.close)):
            with self.subTest(name):
                process, leash = self.hold()
                self.write({"main.js": "console.log('a program ran')"})
                end(leash)

                self.assertEqual(self.outcome(process), (0, "", ""))

    def test_kinds_of_main_modules(self) -> None:
        cjs = "console.log(require.main === module, __filename, require('./other'), this === exports)"
        esm = "import x, { y } from './other.js'; console.log(import.meta.url, x, y, typeof require, await 1, this)"
        other = "export default import.meta.url; export const y = 2;"
        for name, files in (
            ("CommonJS", {"main.js": cjs, "other.js": "module.exports = module.parent.filename"}),
            ("type commonjs", {"main.js": cjs, "other.js": "exports.x = 1", "package.json": '{"type": "commonjs"}'}),
            ("type module", {"main.js": esm, "other.js": other, "package.json": '{"type": "module"}'}),
            ("syntax of a module", {"main.js": esm, "other.js": other}),
            ("bad package.json", {"main.js": cjs, "other.js": "", "package.json": "{"}),
            ("import()", {"main.js": "import('./other.mjs').then(console.log)", "other.mjs": "export const y = 2"}),
            ("node_modules", {"main.js": "console.log(require('m'))", "node_modules/m.js": "exports.m = __filename"}),
        ):
            with self.subTest(name):
                self.clear_workspace()
                self.assert_as_native(files)

    def test_ends(self) -> None:
        for name, source in (
            ("uncaught error", "function f() {\n  throw new Error('no');\n}\nf();"),
            ("uncaught value", "throw { some: 'value' }"),
            ("no stack limit", "Error.stackTraceLimit = 1e9; setTimeout(() => { throw new Error('late') })"),
            ("syntax error", "console.log(1);\nif"),
            ("missing module", "require('not-there')"),
            ("unhandled rejection", "Promise.reject(new Error('no'))"),
            ("unhandled rejection of a value", "Promise.reject(3)"),
            ("exit code", "process.exitCode = 3"),
            ("exit with a timer", "setTimeout(() => console.log('never'), 1e6); console.log('x'); process.exit(4)"),
            ("exit handlers", "process.on('beforeExit', (c) => console.log(c)).on('exit', (c) => console.log(c))"),
            (
                "unsettled await",
                "process.on('exit', (c) => console.log(c)); (async () => await new Promise(() => 0))()",
            ),
            ("signal", "process.kill(process.pid, 'SIGTERM'); setTimeout(() => 0, 1e6)"),
            ("abort", "process.kill(process.pid, 'SIGKILL')"),
            ("deprecation", "new Buffer(1)"),
            ("warning", "process.emitWarning('careful')"),
            ("assertion", "require('assert').strictEqual(1, 2)"),
            ("console.trace", "console.trace('here')"),
            ("big output", "process.stdout.write('x'.repeat(3e6)); process.stderr.write('y'.repeat(3e5))"),
            (
                "timers",
                "setImmediate(() => setTimeout(console.log, 2, 'b')); process.nextTick(console.log, 0)",
            ),
            ("stdin", "process.stdin.on('data', (d) => console.log(`${d}`)).on('end', () => console.log('end'))"),
            ("stdin by lines", "require('readline').createInterface(process.stdin).on('line', console.log)"),
            ("stdin at once", "console.log(require('fs').readFileSync(0, 'utf8'))"),
            ("streams", "console.log(process.stdin, process.stdout)"),
            ("empty", ""),
        ):
            with self.subTest(name):
                self.assert_as_native(source)

    def test_an_unsettled_await_of_a_module(self) -> None:
        files = {"main.js": "console.log(1); await new Promise(() => 0)", "package.json": '{"type": "module"}'}

        self.assertEqual(self.assert_as_native(files)[0], 13)

    def test_time_goes_on_from_the_start_of_the_program(self) -> None:
        source = """
            const from = process.hrtime.bigint();
            setTimeout(() => console.log(process.hrtime.bigint() - from > 48_000_000n), 50);
        """
        self.assertEqual(self.assert_as_native(source)[1], "true\n")

    def test_workers(self) -> None:
        source = """
            const { Worker } = require("worker_threads");
            const run = (file, options) => new Promise((resolve) =>
                new Worker(file, options).on("message", console.log).on("error", console.log).on("exit", resolve));
            (async () => {
                for (const options of [{}, { env: { A: "b" } }, { execArgv: [] }, { execArgv: ["--no-warnings"] }])
                    await run("./worker.js", options);
                await run("./module.mjs", { argv: ["x"] });
                await run("require('worker_threads').parentPort.postMessage(process.argv.slice(2))", { eval: true });
                await run("./nested.js", {});
                await run("./throws.js", {});
            })();
        """
        nested = """
            const { parentPort, Worker } = require("worker_threads");
            new Worker("./worker.js").on("message", (message) => parentPort.postMessage(message));
        """
        module = "import w from 'worker_threads'; w.parentPort.postMessage([process.argv, process.execArgv])"
        files = {"main.js": source, "worker.js": WORKER, "module.mjs": module, "nested.js": nested}

        self.assertIn("[]", self.assert_as_native({**files, "throws.js": "null.x"}, A="1")[1])

    def test_child_processes(self) -> None:
        source = """
            const { execFileSync, fork } = require("child_process"), { Worker } = require("worker_threads");
            console.log(execFileSync(process.execPath, ["child.js"], { encoding: "utf8" }));
            fork("./forked.js", ["x"]).on("message", console.log).on("exit", () =>
                new Worker("./forking.js", { env: { A: "b" } }));
        """
        forking = "require('child_process').fork('./forked.js').on('message', console.log)"
        files = {"main.js": source, "child.js": INHERITED + "console.log(report)"}

        self.assert_as_native({**files, "forked.js": FORKED, "forking.js": forking})

    def test_a_cluster(self) -> None:
        source = """
            const cluster = require("cluster");
            if (cluster.isMaster) {
                cluster.fork().on("message", console.log).on("exit", (code) => console.log(code));
            } else {
                const { argv, execArgv } = process;
                const report = [argv, execArgv, process.env.NODE_OPTIONS, Object.keys(require.cache)];
                process.send(report, () => process.exit(5));
            }
        """
        self.assertIn("5", self.assert_as_native(source)[1])

    def test_it_does_nothing_for_a_program_that_loads_it(self) -> None:
        source = f"""
            const {{ once }} = require("events"), {{ spawn }} = require("child_process");
            const {{ Worker }} = require("worker_threads");
            process.env.NODE_OPTIONS = "--require={WAIT}";
            require("{WAIT}");
            delete process.env.NODE_OPTIONS;
            (async () => {{
                console.log(await import("{WAIT}"), Object.keys(require.cache).length);
                console.log(await once(new Worker("{WAIT}"), "exit"));
                // Descriptor 3 of the child is a socket.
                const stdio = ["ignore", 1, 2, "pipe"];
                const child = spawn(process.execPath, ["-r", "{WAIT}", "other.js"], {{ stdio }});
                child.stdio[3].on("data", (data) => console.log("written: " + data));
                console.log(await once(child, "close"));
            }})();
        """
        outcome = self.assert_as_native({"main.js": source, "other.js": "console.log('it ran')"})

        self.assertEqual((outcome[0], outcome[2]), (0, ""))
        self.assertIn("it ran", outcome[1])
        self.assertNotIn("written", outcome[1])


if __name__ == "__main__":
    unittest.main()
