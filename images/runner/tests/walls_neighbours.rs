//! A program that looks for others while they come into being.

mod common;

use common::language::Language;
use common::{bash, python, soak};
use runnel_runner::wire::proto::Exec;

/// Opens whatever process there is beside itself and init, as fast as it can, in several processes.
const HAMMER: &str = r#"
import os, sys
own = {1, os.getpid()}
children = []
for _ in range(3):
    child = os.fork()
    if child == 0: break
    children.append(child)
else:
    print('hammers', flush=True)
    sys.stdin.read()
    print('end', flush=True)
    for child in children: os.kill(child, 15)
    strangers = 0
    for child in children: strangers += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) not in (-15,)
    print('opened', strangers)
    sys.exit()
family = own | {os.getpid(), os.getpid() + 1, os.getpid() + 2, os.getpid() - 1, os.getpid() - 2}
while True:
    for name in os.listdir('/proc'):
        if not name.isdigit() or int(name) in family: continue
        for file in ('mem', 'fd', 'root', 'cwd', 'environ', 'maps', 'ns/user'):
            try:
                os.close(os.open(f'/proc/{name}/{file}', os.O_RDONLY))
                os._exit(1)
            except OSError: pass
        os._exit(2)
    for file in ('mem', 'fd', 'root', 'cwd', 'environ', 'maps', 'ns/user'):
        try:
            os.close(os.open(f'/proc/1/{file}', os.O_RDONLY))
            os._exit(3)
        except OSError: pass
"#;

#[test]
fn a_program_that_hammers_at_proc_opens_nothing_of_programs_that_come_into_being() {
    for language in [Language::Bash, Language::WarmPython] {
        let mut nursery = language.nursery();
        let beside = nursery.open("");
        let hammer = nursery.sandbox.exec(&Exec { cell: beside, ..python(HAMMER) });
        nursery.sandbox.output_until(hammer, "hammers\n");

        for _ in 0..soak(50, 1000) {
            nursery.once(&language.shows(&["/proc/self/comm"])).assert_succeeded();
        }
        nursery.sandbox.end_input(hammer);

        let ran = nursery.sandbox.finish(hammer);
        assert_eq!(ran.text(), "end\nopened 0\n", "{language:?}: {}", ran.errors());
    }
}

/// By design: the next program of a cell gets new namespaces, which are made when those before are gone.
#[test]
fn what_a_program_leaves_behind_never_meets_the_next_program_of_its_cell() {
    let mut nursery = Language::WarmPython.nursery();
    let leave = r#"
import os, time
if os.fork() == 0:
    os.setsid()
    while True:
        try: open('/workspace/met', 'w').write(' '.join(name for name in os.listdir('/proc') if name.isdigit() and int(name) not in (1, 2, os.getpid())))
        except OSError: pass
        if not os.path.exists('/proc/2'): break
time.sleep(0.02)
"#;
    for language in [Language::Bash, Language::WarmPython] {
        let cell = nursery.open(language.interpreter());
        for _ in 0..soak(10, 200) {
            nursery.run(cell, &python(leave)).assert_succeeded();

            let processes = nursery.run(
                cell,
                &language.attacks(
                    "import os\nprint(sorted(int(name) for name in os.listdir('/proc') if name.isdigit()))",
                ),
            );

            assert_eq!(processes.text(), "[1, 2]\n", "{language:?}");
        }
        let met = nursery.run(cell, &bash("cat met"));
        assert_eq!(met.text(), "", "{language:?}");
        nursery.close(cell);
    }
}
