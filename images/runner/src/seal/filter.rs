//! The system call filter (seccomp(2)), compiled from the tables of `seccomp/guest.filter`.
//!
//! Two programs, because seccompiler gives each one action for what matches: one answers EPERM to what is refused and
//! leaves the rest to the other, which allows what is listed (the refused names as well, so that the two never
//! disagree about an error) and answers ENOSYS to all else, `seccomp` itself included: so it is installed last.

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch,
};
use std::collections::BTreeMap;

/// A system call answered with EPERM when all conditions hold; always, when there is none.
pub struct Refusal {
    call: i64,
    when: &'static [Condition],
}

/// A test of one argument, as the 32 bits that the kernel looks at in the calls concerned.
pub struct Condition {
    argument: u8,
    test: Test,
}

enum Test {
    Is(u32),
    IsNot(u32),
    /// The bits of the first are those of the second.
    Masked(u32, u32),
}

include!(concat!(env!("OUT_DIR"), "/guest_filter.rs"));

/// The compiled filter.
pub struct Filter {
    allow: BpfProgram,
    refuse: BpfProgram,
}

/// The filter could not be compiled or installed.
pub type FilterError = String;

impl Filter {
    /// Compiles the tables for the machine this runs on.
    pub fn compile() -> Result<Self, FilterError> {
        let named = ALLOWED.iter().copied().chain(REFUSED.iter().map(|refusal| refusal.call));
        let allowed = named.map(|call| (call, Vec::new())).collect();
        let mut refused: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
        for refusal in REFUSED {
            let rules = refused.entry(refusal.call).or_default();
            if !refusal.when.is_empty() {
                rules.push(rule(refusal.when)?);
            }
        }
        let error = |number: i32| SeccompAction::Errno(number.unsigned_abs());
        Ok(Self {
            allow: program(allowed, error(libc::ENOSYS), SeccompAction::Allow)?,
            refuse: program(refused, SeccompAction::Allow, error(libc::EPERM))?,
        })
    }

    /// Puts this process under the filter, for good. `no_new_privs` must be on.
    pub fn install(&self) -> Result<(), FilterError> {
        seccompiler::apply_filter(&self.refuse).map_err(|error| error.to_string())?;
        seccompiler::apply_filter(&self.allow).map_err(|error| error.to_string())
    }
}

fn program(
    calls: BTreeMap<i64, Vec<SeccompRule>>,
    otherwise: SeccompAction,
    matching: SeccompAction,
) -> Result<BpfProgram, FilterError> {
    let machine = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| error.to_string())?;
    let filter = SeccompFilter::new(calls, otherwise, matching, machine).map_err(|error| error.to_string())?;
    BpfProgram::try_from(filter).map_err(|error| error.to_string())
}

fn rule(when: &[Condition]) -> Result<SeccompRule, FilterError> {
    let conditions = when
        .iter()
        .map(|condition| {
            let (operator, value) = match condition.test {
                Test::Is(value) => (SeccompCmpOp::Eq, value),
                Test::IsNot(value) => (SeccompCmpOp::Ne, value),
                Test::Masked(mask, value) => (SeccompCmpOp::MaskedEq(mask.into()), value),
            };
            SeccompCondition::new(condition.argument, SeccompCmpArgLen::Dword, operator, value.into())
        })
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    SeccompRule::new(conditions).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_condition_is_on_a_call_that_is_allowed_otherwise() {
        for refusal in REFUSED {
            let allowed = ALLOWED.contains(&refusal.call);
            assert_eq!(allowed, !refusal.when.is_empty(), "call {} of guest.filter", refusal.call);
        }
    }

    #[test]
    fn no_call_is_named_twice() {
        let mut calls = ALLOWED.to_vec();
        calls.sort_unstable();
        for pair in calls.windows(2) {
            assert_ne!(pair[0], pair[1], "call {} of guest.filter", pair[0]);
        }
    }

    #[test]
    fn it_compiles_for_this_machine() {
        assert!(Filter::compile().is_ok());
    }
}
