//! All that a child needs, made before the fork, where failing is cheap.

use super::StartFailure;
use crate::seal::{Filter, ResourceLimits};
use crate::wire::proto::Exec;
use rustix::io::Errno;
use std::ffi::{CString, c_char};
use std::os::fd::OwnedFd;
use std::ptr;

/// Looked up when `environment` has no PATH, as confstr(_CS_PATH) has it.
const DEFAULT_PATH: &[u8] = b"/usr/local/bin:/usr/bin:/bin";

/// What to start, where, and under what.
pub struct Plan<'a> {
    pub(super) argv: Strings,
    pub(super) environment: Strings,
    /// Paths to try in turn.
    pub(super) candidates: Vec<CString>,
    /// Relative to the workspace.
    pub(super) working_directory: CString,
    pub(super) merge_stderr: bool,
    pub(super) limits: ResourceLimits,
    pub(super) workspace: &'a OwnedFd,
    pub(super) joins: &'a [OwnedFd],
    pub(super) filter: &'a Filter,
}

impl<'a> Plan<'a> {
    /// Checks and converts a request. NUL bytes and an empty argv can't be passed to a program.
    pub fn new(
        exec: &Exec,
        limits: ResourceLimits,
        workspace: &'a OwnedFd,
        joins: &'a [OwnedFd],
        filter: &'a Filter,
    ) -> Result<Self, StartFailure> {
        let command = exec.argv.first().ok_or(StartFailure::new("argv", Errno::INVAL))?;
        let directory = if exec.working_directory.is_empty() { &b"."[..] } else { &exec.working_directory };
        Ok(Self {
            argv: Strings::new(&exec.argv).ok_or(StartFailure::new("argv", Errno::INVAL))?,
            environment: Strings::new(&exec.environment)
                .ok_or(StartFailure::new("environment", Errno::INVAL))?,
            candidates: candidates(command, &exec.environment),
            working_directory: CString::new(directory).map_err(|_| StartFailure::new("chdir", Errno::INVAL))?,
            merge_stderr: exec.merge_stderr,
            limits,
            workspace,
            joins,
            filter,
        })
    }
}

/// A NULL-terminated array of C strings, as execve(2) wants it.
pub(super) struct Strings {
    _owned: Vec<CString>,
    pointers: Vec<*const c_char>,
}

impl Strings {
    fn new(strings: &[Vec<u8>]) -> Option<Self> {
        let owned: Vec<CString> =
            strings.iter().map(|bytes| CString::new(bytes.as_slice()).ok()).collect::<Option<_>>()?;
        let pointers = owned.iter().map(|text| text.as_ptr()).chain([ptr::null()]).collect();
        Some(Self { _owned: owned, pointers })
    }

    pub(super) fn as_ptr(&self) -> *const *const c_char {
        self.pointers.as_ptr()
    }
}

/// Where a command may be: itself when it has a slash, otherwise in every directory of the *program's* PATH.
fn candidates(command: &[u8], environment: &[Vec<u8>]) -> Vec<CString> {
    if command.contains(&b'/') || command.is_empty() {
        return CString::new(command).into_iter().collect();
    }
    let path = environment.iter().find_map(|variable| variable.strip_prefix(b"PATH=")).unwrap_or(DEFAULT_PATH);
    path.split(|&byte| byte == b':')
        .map(|directory| if directory.is_empty() { &b"."[..] } else { directory })
        .filter_map(|directory| CString::new([directory, b"/", command].concat()).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(found: Vec<CString>) -> Vec<String> {
        found.into_iter().map(|text| text.into_string().expect("UTF-8")).collect()
    }

    #[test]
    fn a_command_without_slash_is_looked_up_on_the_programs_own_path() {
        let environment = [b"HOME=/x".to_vec(), b"PATH=/a::/b".to_vec()];

        assert_eq!(texts(candidates(b"tool", &environment)), ["/a/tool", "./tool", "/b/tool"]);
        assert_eq!(texts(candidates(b"./tool", &environment)), ["./tool"]);
        assert_eq!(texts(candidates(b"tool", &[])), ["/usr/local/bin/tool", "/usr/bin/tool", "/bin/tool"]);
    }
}
