//! Programs as people write them, under every lock that is on.

mod common;

use common::{Sandbox, bash, command, python};
use std::path::Path;

fn python_prints(script: &str, expected: &str) {
    let mut sandbox = Sandbox::start();

    let ran = sandbox.run(&python(script));

    ran.assert_succeeded();
    assert_eq!((ran.text().trim_end(), ran.errors().as_str()), (expected, ""));
}

#[test]
fn python_threads() {
    python_prints(
        "
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(8) as pool: print(sum(pool.map(lambda n: n * n, range(1000))))
",
        "332833500",
    );
}

#[test]
fn python_multiprocessing_by_fork_and_by_spawn() {
    let script = "
import multiprocessing, sys
def square(n): return n * n
if __name__ == '__main__':
    for method in ('fork', 'spawn', 'forkserver'):
        with multiprocessing.get_context(method).Pool(3) as pool:
            print(method, sum(pool.map(square, range(100))))
        queue = multiprocessing.get_context(method).Queue()
        queue.put(1); print(queue.get())
";
    let mut sandbox = Sandbox::start();
    let write = format!("cat > main.py <<'EOF'\n{script}\nEOF\nexec /usr/bin/python3 main.py");

    let ran = sandbox.run(&bash(&write));

    ran.assert_succeeded();
    assert_eq!(ran.text(), "fork 328350\n1\nspawn 328350\n1\nforkserver 328350\n1\n");
}

#[test]
fn python_asyncio_with_subprocesses_and_sockets_on_loopback() {
    python_prints(
        "
import asyncio
async def main():
    process = await asyncio.create_subprocess_exec('/bin/echo', 'child', stdout=asyncio.subprocess.PIPE)
    print((await process.communicate())[0].decode().strip())
    async def serve(reader, writer):
        writer.write(await reader.readline()); await writer.drain(); writer.close()
    server = await asyncio.start_unix_server(serve, '/tmp/socket')
    reader, writer = await asyncio.open_unix_connection('/tmp/socket')
    writer.write(b'over a socket\\n')
    print((await reader.readline()).decode().strip())
asyncio.run(main())
",
        "child\nover a socket",
    );
}

#[test]
fn python_tcp_on_loopback() {
    python_prints(
        "
import socket, threading
listener = socket.create_server(('127.0.0.1', 0))
threading.Thread(target=lambda: listener.accept()[0].sendall(b'tcp')).start()
print(socket.create_connection(listener.getsockname()).recv(10).decode())
",
        "tcp",
    );
}

#[test]
fn python_sqlite_ssl_and_the_rest_of_the_standard_library() {
    python_prints(
        "
import sqlite3, ssl, hashlib, tempfile, subprocess, mmap, uuid, zipfile, os, signal, shutil, ctypes, decimal, resource, select
db = sqlite3.connect('test.db'); db.execute('pragma journal_mode=wal')
db.execute('create table t (n int)'); db.executemany('insert into t values (?)', [(n,) for n in range(100)]); db.commit()
print(db.execute('select sum(n) from t').fetchone()[0])
ssl.create_default_context(); print(len(ssl.RAND_bytes(16)))
with tempfile.NamedTemporaryFile() as f:
    f.write(b'x' * 8192); f.flush(); m = mmap.mmap(f.fileno(), 0); print(len(m)); m.close()
print(subprocess.run('echo sub | tr a-z A-Z', shell=True, capture_output=True, text=True).stdout.strip())
shutil.copyfile('/etc/passwd' if os.path.exists('/etc/passwd') else '/usr/bin/env', 'copy'); os.sendfile
signal.alarm(1); signal.alarm(0); signal.setitimer(signal.ITIMER_REAL, 0)
os.nice(1); os.sched_setaffinity(0, os.sched_getaffinity(0)); resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
os.mkfifo('fifo'); os.symlink('fifo', 'link'); os.chmod('copy', 0o700); os.utime('copy'); os.link('copy', 'hard')
os.setxattr('copy', 'user.x', b'1') if False else None
print(os.memfd_create('m') > 2, os.pidfd_open(os.getpid()) > 2, os.eventfd(0) > 2)
",
        "4950\n16\n8192\nSUB\nTrue True True",
    );
}

#[test]
fn bash_pipelines_jobs_and_process_substitution() {
    let mut sandbox = Sandbox::start();

    let ran = sandbox.run(&bash(
        "set -euo pipefail
         seq 1 1000 | sort -n | tail -1
         diff <(echo a) <(echo a) && echo same
         sleep 0.01 & wait $!; echo waited
         coproc cat; echo co >&\"${COPROC[1]}\"; read -r line <&\"${COPROC[0]}\"; echo $line
         mkdir -p a/b; cp -r /usr/share/doc/bash a/ 2>/dev/null || true; tar cf t.tar a; tar tf t.tar | grep -xF a/
         find . -name b | xargs -n1 basename; timeout 1 true; date -u -d @0 +%Y; ulimit -c",
    ));

    ran.assert_succeeded();
    assert_eq!(ran.text(), "1000\nsame\nwaited\nco\na/\nb\n1970\n0\n");
}

#[test]
fn node_with_workers_child_processes_and_files() {
    if !Path::new("/usr/bin/node").exists() {
        eprintln!("SKIPPED: /usr/bin/node is not installed");
        return;
    }
    let mut sandbox = Sandbox::start();
    let script = "
const { Worker } = require('worker_threads'); const fs = require('fs'); const { execFileSync } = require('child_process');
fs.writeFileSync('x', 'file'); console.log(fs.readFileSync('x', 'utf8'));
console.log(execFileSync('/bin/echo', ['child']).toString().trim());
new Worker('require(\"worker_threads\").parentPort.postMessage(6 * 7)', { eval: true }).on('message', m => console.log(m));
const server = require('net').createServer(s => s.end('net')).listen('/tmp/s', () =>
  require('net').connect('/tmp/s').on('data', d => { console.log(d.toString()); server.close(); }));
";

    let ran = sandbox.run(&command(&["/usr/bin/node", "-e", script]));

    ran.assert_succeeded();
    let mut lines: Vec<String> = ran.text().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["42", "child", "file", "net"], "{}", ran.errors());
}

#[test]
fn git_makes_a_commit() {
    if !Path::new("/usr/bin/git").exists() {
        eprintln!("SKIPPED: /usr/bin/git is not installed");
        return;
    }
    let mut sandbox = Sandbox::start();

    let ran = sandbox.run(&bash(
        "git init -q . && echo x > f && git add f && git -c user.name=n -c user.email=e commit -qm m && git log --format=%s && git gc -q",
    ));

    ran.assert_succeeded();
    assert_eq!(ran.text(), "m\n");
}
