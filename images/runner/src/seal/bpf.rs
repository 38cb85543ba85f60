//! Classic BPF (the kernel's Documentation/networking/filter.rst) as far as a system call filter needs it.
//!
//! System call numbers are searched by halving, so that a program of some 300 calls answers in about ten steps. That
//! matters at the start more than at each call: when a filter is installed, the kernel runs it once for every number
//! there is, to remember those that are always allowed; a linear chain made that cost a millisecond per start.

use super::rules::{Refusal, Test};
use libc::{
    BPF_ABS, BPF_ALU, BPF_AND, BPF_JA, BPF_JEQ, BPF_JGE, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W,
    SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, SECCOMP_RET_KILL_PROCESS, sock_filter,
};

/// Offsets in `struct seccomp_data`, on a little-endian machine.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const ARGUMENTS: u32 = 16;

#[cfg(target_endian = "big")]
compile_error!("the low words of arguments are elsewhere on a big-endian machine");

/// What becomes of a system call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is made.
    Allow,
    /// It is not made and answers this errno, 0 for success.
    Fail(i32),
    /// It is made unless the conditions of one of these hold.
    Unless(Vec<&'static Refusal>),
}

/// Assembles a filter from verdicts, each holding from its number up to the next one's. The first is for number 0.
pub fn assemble(audit_architecture: u32, verdicts: &[(u32, Verdict)]) -> Vec<sock_filter> {
    let mut program = vec![
        load(ARCHITECTURE),
        jump(BPF_JEQ, audit_architecture, 1, 0),
        answer(SECCOMP_RET_KILL_PROCESS),
        load(NUMBER),
    ];
    search(&mut program, verdicts);
    program
}

fn search(program: &mut Vec<sock_filter>, verdicts: &[(u32, Verdict)]) {
    let [(_, verdict)] = verdicts else {
        let (lower, upper) = verdicts.split_at(verdicts.len() / 2);
        // Conditional jumps reach 255 instructions only; the way to the upper half may be longer.
        program.push(jump(BPF_JGE, upper[0].0, 0, 1));
        let far = program.len();
        program.push(jump(BPF_JA, 0, 0, 0));
        search(program, lower);
        program[far].k = length(&program[far + 1..]);
        search(program, upper);
        return;
    };
    match verdict {
        Verdict::Allow => program.push(answer(SECCOMP_RET_ALLOW)),
        Verdict::Fail(errno) => program.push(fail(*errno)),
        Verdict::Unless(refusals) => {
            for refusal in refusals {
                refuse_when(program, refusal);
            }
            program.push(answer(SECCOMP_RET_ALLOW));
        }
    }
}

/// The error when all conditions hold, otherwise on to what follows.
fn refuse_when(program: &mut Vec<sock_filter>, refusal: &Refusal) {
    // Backwards, so that every test knows how far it is to the end.
    let mut block = vec![fail(refusal.errno)];
    for condition in refusal.when.iter().rev() {
        let end = u8::try_from(block.len()).expect("a rule of guest.filter is short");
        match condition.test {
            Test::Is(value) => block.push(jump(BPF_JEQ, value, 0, end)),
            Test::IsNot(value) => block.push(jump(BPF_JEQ, value, end, 0)),
            Test::Masked(mask, value) => {
                block.push(jump(BPF_JEQ, value, 0, end));
                block.push(instruction(BPF_ALU | BPF_AND | BPF_K, mask, 0, 0));
            }
        }
        block.push(load(ARGUMENTS + 8 * u32::from(condition.argument) + if condition.high { 4 } else { 0 }));
    }
    program.extend(block.into_iter().rev());
}

fn load(offset: u32) -> sock_filter {
    instruction(BPF_LD | BPF_W | BPF_ABS, offset, 0, 0)
}

fn jump(kind: u32, value: u32, when: u8, otherwise: u8) -> sock_filter {
    instruction(BPF_JMP | kind | BPF_K, value, when, otherwise)
}

fn answer(action: u32) -> sock_filter {
    instruction(BPF_RET | BPF_K, action, 0, 0)
}

fn fail(errno: i32) -> sock_filter {
    answer(SECCOMP_RET_ERRNO | errno.unsigned_abs())
}

fn instruction(code: u32, k: u32, jt: u8, jf: u8) -> sock_filter {
    sock_filter { code: u16::try_from(code).expect("codes are 16 bits"), jt, jf, k }
}

fn length(instructions: &[sock_filter]) -> u32 {
    u32::try_from(instructions.len()).expect("programs are short")
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Runs a program as the kernel would; returns its answer and how many steps it took.
    pub fn run(program: &[sock_filter], architecture: u32, number: u32, arguments: [u64; 6]) -> (u32, usize) {
        let word = |offset: u32| match offset {
            NUMBER => number,
            ARCHITECTURE => architecture,
            _ => (arguments[(offset - ARGUMENTS) as usize / 8] >> (8 * (offset % 8))) as u32,
        };
        let (mut accumulator, mut at) = (0, 0);
        for step in 1..=program.len() {
            let sock_filter { code, jt, jf, k } = program[at];
            at += 1;
            let branch = |taken: bool| usize::from(if taken { jt } else { jf });
            match u32::from(code) {
                code if code == BPF_LD | BPF_W | BPF_ABS => accumulator = word(k),
                code if code == BPF_ALU | BPF_AND | BPF_K => accumulator &= k,
                code if code == BPF_JMP | BPF_JEQ | BPF_K => at += branch(accumulator == k),
                code if code == BPF_JMP | BPF_JGE | BPF_K => at += branch(accumulator >= k),
                code if code == BPF_JMP | BPF_JA | BPF_K => at += k as usize,
                code if code == BPF_RET | BPF_K => return (k, step),
                code => panic!("code {code:x}"),
            }
        }
        panic!("no answer");
    }

    #[test]
    fn each_verdict_holds_from_its_number_to_the_next() {
        let verdicts = [
            (0, Verdict::Allow),
            (5, Verdict::Fail(38)),
            (6, Verdict::Fail(1)),
            (300, Verdict::Allow),
            (301, Verdict::Fail(38)),
        ];

        let program = assemble(7, &verdicts);

        let answers = [0, 4, 5, 6, 299, 300, 301, u32::MAX].map(|number| run(&program, 7, number, [0; 6]).0);
        let [allow, enosys, eperm] = [SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | 38, SECCOMP_RET_ERRNO | 1];
        assert_eq!(answers, [allow, allow, enosys, eperm, eperm, allow, enosys, enosys]);
        assert_eq!(run(&program, 8, 0, [0; 6]).0, SECCOMP_RET_KILL_PROCESS);
    }
}
