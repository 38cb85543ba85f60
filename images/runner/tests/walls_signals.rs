//! Signals and priorities that know no pid namespaces: process groups, "everybody", the user.

mod common;

use common::language::Language;
use common::nursery::{Nursery, Setup};
use common::processes::Process;
use common::{Event, bash};
use runnel_runner::wire::FrameType;
use runnel_runner::wire::proto::Exec;

/// Each with what it prints before, if it lives so long.
const ATTACKS: [(&str, &str); 8] = [
    ("kill(0)", "os.kill(0, 9)"),
    ("killpg", "os.killpg(os.getpgrp(), 9)"),
    ("kill(-1)", "os.kill(-1, 9); os.kill(-1, 15)"),
    ("kill of the parent", "os.kill(os.getppid(), 9)"),
    (
        "every group",
        "[attempt(lambda: os.killpg(group, 9)) for group in range(1, 5000) if group != os.getpgrp()]",
    ),
    ("every process", "[attempt(lambda: os.kill(pid, 9)) for pid in range(1, 5000) if pid != os.getpid()]"),
    ("every session", "[attempt(lambda: print(os.getsid(pid))) for pid in range(1, 5000) if pid > 100]"),
    ("priorities", "[attempt(lambda: os.setpriority(kind, 0, 19)) for kind in (1, 2)]"),
];

#[test]
fn signals_to_groups_and_to_everybody_stay_in_the_cell() {
    let everybody = Language::all().into_iter().flat_map(|language| [(language, true), (language, false)]);
    for (language, one_uid) in everybody {
        // With uids of their own they could not signal each other for want of a permission.
        let mut nursery = language.nursery_with(Setup { one_uid, ..Setup::default() });
        let beside = nursery.open("");
        let neighbour = bash("echo up; while read line; do echo \"$line $(nice)\"; done");
        let neighbour = nursery.sandbox.exec(&Exec { cell: beside, ..neighbour });
        nursery.sandbox.output_until(neighbour, "up\n");
        for (name, attack) in ATTACKS {
            let script = format!(
                "import os\ndef attempt(action):\n    try: action()\n    except OSError: pass\n{attack}"
            );

            let ran = nursery.once(&language.attacks(&script));

            assert!(ran.exit.is_some() && ran.text().is_empty(), "{language:?} {name}: {ran:?}");
            nursery.sandbox.channel.raw(FrameType::Stdin, neighbour, b"here\n");
            assert_eq!(nursery.sandbox.output_until(neighbour, "\n"), "here 0\n", "{language:?} {name}");
            assert_lives(&mut nursery, language);
        }
    }
}

#[test]
fn a_trap_that_kills_its_own_group_ends_nobody_else() {
    let mut nursery = Nursery::start_with(Setup { one_uid: true, ..Setup::default() });
    let script = "trap 'kill 0' EXIT; sleep 1000 & sleep 1000 & echo done";

    for _ in 0..3 {
        let ran = nursery.once(&bash(script));

        assert_eq!(ran.text(), "done\n");
        assert_lives(&mut nursery, Language::Bash);
    }
}

/// The runner answers, and cells are made and joined: by its own children, and by whoever forks for them.
fn assert_lives(nursery: &mut Nursery, language: Language) {
    nursery.sandbox.channel.raw(FrameType::Ping, 0, &[]);
    assert!(matches!(nursery.sandbox.channel.event(0), Event::Pong));
    // Bubblewrap's first process, whose end orphans all others.
    assert!(!Process::all_of(&nursery.sandbox).is_empty());
    let ran = nursery.once(&language.shows(&["/proc/self/comm"]));
    ran.assert_succeeded();
}
