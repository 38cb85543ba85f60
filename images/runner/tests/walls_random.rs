//! What programs draw by chance is never drawn twice, though all warm ones are forks of one process.

mod common;

use common::language::Language;
use common::nursery::Setup;
use common::soak;
use std::collections::BTreeSet;

#[test]
fn no_two_programs_draw_the_same() {
    let script = "
import multiprocessing, os, random, secrets, ssl, tempfile, uuid
print('urandom', os.urandom(16).hex())
print('secrets', secrets.token_hex(16))
print('ssl', ssl.RAND_bytes(16).hex())
print('random', random.getrandbits(128))
print('uuid1', uuid.uuid1())
print('uuid4', uuid.uuid4())
print('name', next(tempfile._get_candidate_names()))
print('file', tempfile.mkdtemp())
print('authkey', bytes(multiprocessing.current_process().authkey).hex())
print('set', hash(random.Random()))
try:
    import numpy
    print('numpy', numpy.random.bytes(16).hex(), numpy.random.default_rng().bytes(16).hex())
except ImportError: pass
";
    for language in [Language::WarmPython, Language::Python] {
        let preload = b"RUNNEL_PRELOAD=multiprocessing,random,secrets,ssl,tempfile,uuid,numpy".to_vec();
        let mut nursery = language.nursery_with(Setup { variables: vec![preload], ..Setup::default() });
        let mut drawn = BTreeSet::new();
        let count = soak(8, 100);

        for _ in 0..count {
            let ran = nursery.once(&language.program(script));
            ran.assert_succeeded();
            assert_eq!(ran.warm, language == Language::WarmPython);
            let draws = ran.text();
            let lines: Vec<&str> = draws.lines().filter(|line| !line.starts_with("set")).collect();
            assert!(lines.len() >= 9, "{lines:?}");
            for line in lines {
                assert!(drawn.insert(line.to_owned()), "{language:?}: {line} for the second time");
            }
        }
    }
}

/// A library that asks "is my pid still what it was?" must not be told yes in a process that a program has forked until
/// it had the zygote's pid.
#[test]
fn a_child_that_has_the_zygotes_pid_draws_nothing_that_another_drew() {
    let script = "
import os, ssl, sys
for _ in range(420):
    child = os.fork()
    if child == 0:
        if 295 < os.getpid() < 330: print(os.getpid(), ssl.RAND_bytes(16).hex(), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
";
    let preload = b"RUNNEL_PRELOAD=ssl".to_vec();
    let mut nursery = Language::WarmPython.nursery_with(Setup { variables: vec![preload], ..Setup::default() });

    let [one, other] = [0, 1].map(|_| nursery.once(&Language::WarmPython.program(script)).text());

    assert_eq!((one.lines().count(), other.lines().count()), (34, 34), "{one}");
    let all: BTreeSet<&str> = one.lines().chain(other.lines()).collect();
    assert_eq!(all.len(), 68, "{one}\n{other}");
}
