//! The system call filter (seccomp(2)), compiled from the tables of `seccomp/guest.filter`.

use super::bpf::{Verdict, assemble};
use super::of_sealing;
use super::rules::{Condition, Refusal, Test};
use runnel_enter::SockFilter;
use rustix::io::Errno;
use std::collections::BTreeMap;

include!(concat!(env!("OUT_DIR"), "/guest_filter.rs"));

/// AUDIT_ARCH_* of linux/audit.h: a machine's ELF number, 64 bits, little-endian.
#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("seccomp/guest.filter has been thought through for x86_64 and aarch64 only");

/// Who bounds a guest's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// A cgroup, which counts all of it.
    Counted,
    /// The runner's watchdog, which sees resident pages only: memory that belongs to no process can't be had.
    Watched,
}

/// The compiled filter.
pub struct Filter {
    program: Vec<libc::sock_filter>,
}

impl Filter {
    /// Compiles the tables for a guest.
    pub fn compile(memory: Memory) -> Self {
        Self { program: assemble(ARCHITECTURE, &verdicts(memory)) }
    }

    /// Compiles the filter of a nursery, which everything in it inherits: what no guest may ever have, but the calls that
    /// make and enter cells.
    pub fn of_nursery() -> Self {
        Self { program: assemble(ARCHITECTURE, &nursery_verdicts()) }
    }

    /// The instructions, for who installs them without this.
    pub fn instructions(&self) -> &[SockFilter] {
        // SAFETY: both are `struct sock_filter`, of four integers in the same order without padding.
        unsafe { std::slice::from_raw_parts(self.program.as_ptr().cast(), self.program.len()) }
    }

    /// The same as bytes.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: instructions are plain integers without padding.
        unsafe { std::slice::from_raw_parts(self.program.as_ptr().cast(), size_of_val(&self.program[..])) }
    }

    /// Puts this process under the filter, for good. `no_new_privs` must be on.
    pub fn install(&self) -> Result<(), Errno> {
        runnel_enter::install_filter(self.instructions()).map_err(of_sealing)
    }
}

/// The verdict of every number: what is not named does not exist (ENOSYS). Numbers of x86's x32 begin at 0x4000_0000,
/// beyond all names.
fn verdicts(memory: Memory) -> Vec<(u32, Verdict)> {
    let counted = if memory == Memory::Counted { ALLOWED_IF_COUNTED } else { &[] };
    let allowed = ALLOWED.iter().chain(counted);
    let mut named: BTreeMap<u32, Verdict> = allowed.map(|&call| (number(call), Verdict::Allow)).collect();
    for refusal in REFUSED {
        let number = number(refusal.call);
        match named.get_mut(&number) {
            Some(Verdict::Unless(refusals)) => refusals.push(refusal),
            Some(verdict @ Verdict::Allow) => *verdict = Verdict::Unless(vec![refusal]),
            None if refusal.when.is_empty() => drop(named.insert(number, Verdict::Fail(refusal.errno))),
            // A condition on a call that is not there, and a call refused twice, add nothing.
            None | Some(Verdict::Fail(_)) => {}
        }
    }
    with_gaps(named)
}

/// What is not named does not exist.
fn with_gaps(named: BTreeMap<u32, Verdict>) -> Vec<(u32, Verdict)> {
    let mut all = vec![(0, Verdict::Fail(libc::ENOSYS))];
    for (number, verdict) in named {
        // The gap that the call before has opened ends here.
        all.pop_if(|(from, _)| *from == number);
        if all.last().is_none_or(|(_, before)| *before != verdict) {
            all.push((number, verdict));
        }
        all.push((number + 1, Verdict::Fail(libc::ENOSYS)));
    }
    all
}

fn nursery_verdicts() -> Vec<(u32, Verdict)> {
    let mut named: BTreeMap<u32, Verdict> = BTreeMap::new();
    for refusal in REFUSED.iter().filter(|refusal| refusal.when.is_empty()) {
        named.insert(number(refusal.call), Verdict::Fail(refusal.errno));
    }
    for &call in ALLOWED.iter().chain(ALLOWED_IF_COUNTED).chain(ALLOWED_IN_NURSERY) {
        named.insert(number(call), Verdict::Allow);
    }
    with_gaps(named)
}

fn number(call: i64) -> u32 {
    u32::try_from(call).expect("libc's numbers are small")
}

#[cfg(test)]
mod tests {
    use super::super::bpf::tests::run;
    use super::*;
    use libc::{SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO};

    /// What the tables say, read in the simplest way there is.
    fn expected(memory: Memory, number: i64, arguments: [u64; 6]) -> u32 {
        let allowed =
            ALLOWED.contains(&number) || (memory == Memory::Counted && ALLOWED_IF_COUNTED.contains(&number));
        let holds = |condition: &Condition| {
            let value =
                (arguments[usize::from(condition.argument)] >> if condition.high { 32 } else { 0 }) as u32;
            match condition.test {
                Test::Is(wanted) => value == wanted,
                Test::IsNot(wanted) => value != wanted,
                Test::Masked(mask, wanted) => value & mask == wanted,
            }
        };
        let refused = |refusal: &Refusal| refusal.call == number && refusal.when.iter().all(holds);
        let first = REFUSED.iter().find(|refusal| refused(refusal));
        if let Some(refusal) = first.filter(|refusal| allowed || refusal.when.is_empty()) {
            SECCOMP_RET_ERRNO | refusal.errno.unsigned_abs()
        } else if allowed {
            SECCOMP_RET_ALLOW
        } else {
            SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs()
        }
    }

    /// Every value that some condition of a call names, and others beside it.
    fn values(call: i64) -> Vec<u64> {
        let conditions = REFUSED.iter().filter(|refusal| refusal.call == call).flat_map(|refusal| refusal.when);
        let named = conditions.flat_map(|condition| match condition.test {
            Test::Is(value) | Test::IsNot(value) => vec![value, value ^ 1],
            Test::Masked(mask, value) => vec![mask, value, !mask],
        });
        let mut values: Vec<u64> =
            named.map(u64::from).chain([0, 1, 2, 3, 17, 0xffff_ffff, 1 << 32, u64::MAX]).collect();
        values.sort_unstable();
        values.dedup();
        values
    }

    #[test]
    fn the_program_says_of_every_number_what_the_tables_say() {
        for memory in [Memory::Counted, Memory::Watched] {
            let program = Filter::compile(memory).program;
            for number in (0..1024).chain(0x4000_0000..0x4000_0400).chain([i64::from(u32::MAX)]) {
                let (answer, steps) = run(&program, ARCHITECTURE, number as u32, [0; 6]);
                assert_eq!(answer, expected(memory, number, [0; 6]), "call {number}");
                assert!(steps < 150, "call {number} takes {steps} steps");
            }
        }
    }

    #[test]
    fn the_program_says_of_every_argument_what_the_tables_say() {
        let program = Filter::compile(Memory::Counted).program;
        let mut calls: Vec<i64> = REFUSED.iter().map(|refusal| refusal.call).collect();
        calls.dedup();
        for number in calls {
            let values = values(number);
            for (&first, &second) in
                values.iter().flat_map(|first| values.iter().map(move |second| (first, second)))
            {
                for arguments in
                    [[first, second, 0, 0, 0, 0], [first, 1, second, 0, 0, 0], [2, first, second, first, 0, 0]]
                {
                    let answer = run(&program, ARCHITECTURE, number as u32, arguments).0;
                    assert_eq!(
                        answer,
                        expected(Memory::Counted, number, arguments),
                        "call {number} {arguments:x?}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_condition_is_on_a_call_that_is_allowed_otherwise() {
        for refusal in REFUSED {
            let allowed = ALLOWED.contains(&refusal.call) || ALLOWED_IF_COUNTED.contains(&refusal.call);
            assert_eq!(allowed, !refusal.when.is_empty(), "call {} of guest.filter", refusal.call);
        }
    }

    #[test]
    fn no_call_is_named_twice() {
        let mut calls = [ALLOWED, ALLOWED_IF_COUNTED].concat();
        calls.sort_unstable();
        for pair in calls.windows(2) {
            assert_ne!(pair[0], pair[1], "call {} of guest.filter", pair[0]);
        }
    }

    #[test]
    fn another_architecture_ends_the_process() {
        const I386: u32 = 0x4000_0003;
        let program = Filter::compile(Memory::Counted).program;

        assert_eq!(run(&program, I386, 20, [0; 6]).0, libc::SECCOMP_RET_KILL_PROCESS);
    }
}
