//! The system call filter of a cell, compared with its list call by call.

mod common;

use common::language::Language;
use common::nursery::Nursery;

/// What the build made of `seccomp/guest.filter`.
#[allow(dead_code, clippy::unnecessary_cast, reason = "generated")]
mod list {
    pub struct Refusal {
        pub call: i64,
        pub errno: i32,
        pub when: &'static [Condition],
    }

    pub struct Condition {
        pub argument: u8,
        pub high: bool,
        pub test: Test,
    }

    pub enum Test {
        Is(u32),
        IsNot(u32),
        Masked(u32, u32),
    }

    include!(concat!(env!("OUT_DIR"), "/guest_filter.rs"));
}

/// All six arguments of each call: no descriptor, no address, no process.
const WILD: u64 = 0xffff_ffff_ffff_efff;

/// Allowed, and refused by the kernel itself: for want of a privilege, and for such an operation.
const REFUSED_ANYWAY: [i64; 2] = [libc::SYS_setgroups, libc::SYS_futex];

/// uretprobe and uprobe of x86_64, which newer kernels let past every filter (commit cf6cb56ef244) and answer with SIGILL to
/// whoever is not in a probe's trampoline.
const PAST_EVERY_FILTER: [i64; 2] = [335, 336];

/// Every number there is, tried once with arguments that make no sense. What the list allows answers anything but
/// ENOSYS; all else answers ENOSYS or EPERM.
#[test]
fn the_filter_of_a_cell_is_the_list() {
    let script = r#"
import ctypes, errno, os, sys
libc = ctypes.CDLL(None, use_errno=True)
answers = {}
for number in list(range(0, 500)) + [0x40000000 + n for n in (0, 39, 514, 520)]:
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        ctypes.set_errno(0)
        wild = [ctypes.c_ulong(WILD)] * 6
        result = libc.syscall(ctypes.c_long(number), *wild)
        os.write(tell, b'%d' % ctypes.get_errno())
        os._exit(0)
    os.close(tell)
    import select
    if not select.select([told], [], [], 0.3)[0]: answers[number] = 'waits'
    else:
        answer = os.read(told, 10)
        answers[number] = errno.errorcode.get(int(answer or 0), 'ok') if answer else 'ended'
    os.close(told)
    os.kill(child, 9)
    os.waitpid(child, 0)
print(' '.join(str(number) for number, answer in answers.items() if answer in ('ENOSYS', 'EPERM')))
"#;
    let mut nursery = Nursery::start();

    let ran = nursery.once(&Language::Python.attacks(&script.replace("WILD", &WILD.to_string())));

    ran.assert_succeeded();
    let refused: Vec<i64> = ran.text().split_whitespace().map(|word| word.parse().expect("a number")).collect();
    let all = (0..500).filter(|number| !PAST_EVERY_FILTER.contains(number));
    let all = all.chain([0, 39, 514, 520].map(|number| 0x4000_0000 + number));
    let differs = all.filter(|number| refused.contains(number) == is_made(*number)).collect::<Vec<i64>>();
    assert_eq!(differs, REFUSED_ANYWAY);
}

#[cfg(target_arch = "x86_64")]
#[test]
fn the_32_bit_way_into_the_kernel_ends_the_program() {
    let script = r#"
import ctypes, mmap
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(b'\xb8\x14\x00\x00\x00\xcd\x80\xc3')
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
print('alive')
"#;
    let mut nursery = Nursery::start();

    let ran = nursery.once(&Language::Python.attacks(script));

    assert_eq!(ran.text(), "");
    assert_eq!(ran.exit().status, Some(runnel_runner::wire::proto::exit::Status::SignalNumber(31)));
}

/// Whether a cell without a memory cgroup lets a program make it, with wild arguments.
fn is_made(number: i64) -> bool {
    let holds = |condition: &list::Condition| {
        let value = (WILD >> if condition.high { 32 } else { 0 }) as u32;
        match condition.test {
            list::Test::Is(wanted) => value == wanted,
            list::Test::IsNot(wanted) => value != wanted,
            list::Test::Masked(mask, wanted) => value & mask == wanted,
        }
    };
    let mut refused = list::REFUSED.iter().filter(|refusal| refusal.call == number);
    list::ALLOWED.contains(&number) && !refused.any(|refusal| refusal.when.iter().all(holds))
}
