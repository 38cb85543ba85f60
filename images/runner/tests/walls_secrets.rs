//! What others know: neither the launcher's secrets nor a former program's reach a program.

mod common;

use common::language::Language;
use common::processes::Process;
use runnel_runner::wire::FrameType;
use runnel_runner::wire::proto::Exec;
use std::fs;

/// A variable that every launcher of these tests has: cargo gives it to the test.
const PLANTED: &str = "CARGO_MANIFEST_DIR";

#[test]
fn the_launchers_environment_reaches_no_process_of_the_nursery() {
    assert!(std::env::var_os(PLANTED).is_some(), "cargo runs this test");
    for language in Language::all() {
        let mut nursery = language.nursery();

        let ran =
            nursery.once(&language.shows(&["/proc/self/environ", "/proc/1/cmdline", "/proc/self/cmdline"]));

        assert!(!ran.text().contains("CARGO") && !ran.text().is_empty(), "{language:?}: {}", ran.text());
        if rustix::process::getuid().is_root() {
            let processes = Process::all_of(&nursery.sandbox);
            assert!(!processes.is_empty());
            for process in processes {
                let variables = fs::read(format!("/proc/{}/environ", process.id())).unwrap_or_default();
                assert!(!String::from_utf8_lossy(&variables).contains("CARGO"), "{language:?}: {process:?}");
            }
        }
    }
}

#[test]
fn a_key_of_the_launchers_session_is_not_there() {
    // SAFETY: two C strings, a payload of one byte, and KEY_SPEC_SESSION_KEYRING.
    let planted = unsafe {
        libc::syscall(libc::SYS_add_key, c"user".as_ptr(), c"runnel-planted".as_ptr(), c"x".as_ptr(), 1, -3)
    };
    assert!(planted > 0, "{}", std::io::Error::last_os_error());
    let script = r#"
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
for name, call in dict(add=(248, b'user', b'x', b'x', 1, -3), request=(249, b'user', b'runnel-planted', None, 0), read=(250, 11, PLANTED, None, 0), join=(250, 1, None)).items():
    print(name, libc.syscall(*call), errno.errorcode[ctypes.get_errno()])
try: print('runnel-planted' in open('/proc/keys').read())
except OSError: print(False)
"#;
    for language in Language::all() {
        let mut nursery = language.nursery();

        let ran = nursery.once(&language.attacks(&script.replace("PLANTED", &planted.to_string())));

        let expected = "add -1 EPERM\nrequest -1 EPERM\nread -1 EPERM\njoin -1 EPERM\nFalse\n";
        assert_eq!(ran.text(), expected, "{language:?}: {}", ran.errors());
    }
}

/// Looks for words that begin as tokens do, of which it knows the beginning in two halves and the end as a hash, so that
/// it holds none itself.
const SCAN: &str = r#"
import hashlib, re
word = re.compile(b'to' + b'ken' + b'[0-9a-f]{16}')
found, seen = set(), 0
memory = open('/proc/self/mem', 'rb', 0)
for line in open('/proc/self/maps'):
    addresses, rights, *rest = line.split()
    if rights[0] != 'r' or rest[-1].startswith('[v'): continue
    start, end = (int(part, 16) for part in addresses.split('-'))
    memory.seek(start)
    try: content = memory.read(end - start)
    except OSError: continue
    seen += len(content)
    found.update(word.findall(content))
print(seen > 1 << 20, len(found))
"#;

#[test]
fn nothing_of_a_program_is_in_the_memory_of_the_next() {
    for language in [Language::Python, Language::WarmPython] {
        let mut nursery = language.nursery();
        let tokens = ["1", "2", "3"].map(|which| format!("token{:015x}{which}", std::process::id()));
        let first = language
            .program(&format!("import sys\nheld = sys.stdin.read() + '{}'\nprint(len(held))", tokens[0]));
        let mut environment = first.environment.clone();
        environment.push(format!("TOKEN={}", tokens[1]).into_bytes());
        let cell = nursery.open(language.interpreter());
        let run = nursery.sandbox.exec(&Exec { cell, environment, ..first });
        nursery.sandbox.channel.raw(FrameType::Stdin, run, tokens[2].as_bytes());
        nursery.sandbox.end_input(run);
        nursery.sandbox.finish(run).assert_succeeded();

        // In another cell: its own has the file with the first program's code.
        let ran = nursery.once(&language.program(SCAN));
        let control = nursery.once(&language.program(&format!("held = '{}'\n{SCAN}", tokens.join(" "))));

        assert_eq!(ran.text(), "True 0\n", "{language:?}: {}", ran.errors());
        assert_eq!(control.text(), "True 3\n", "{language:?}: {}", control.errors());
    }
}
