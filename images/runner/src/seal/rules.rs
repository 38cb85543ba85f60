//! The rules of a system call filter, as the tables of `seccomp/guest.filter` have them.

/// A system call that is not made but answered with an error when all conditions hold; always, when there is none.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    pub(super) call: i64,
    /// 0 pretends success.
    pub(super) errno: i32,
    pub(super) when: &'static [Condition],
}

/// A test of one argument: of its lower 32 bits, which is all the kernel looks at where the argument is an int.
#[derive(Debug, PartialEq, Eq)]
pub struct Condition {
    pub(super) argument: u8,
    /// Its upper 32 bits instead.
    pub(super) high: bool,
    pub(super) test: Test,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Test {
    Is(u32),
    IsNot(u32),
    /// The bits of the first are those of the second.
    Masked(u32, u32),
}
