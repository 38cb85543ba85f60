//! A command, made ready before the fork, where failing is cheap.

use super::StartFailure;
use crate::seal::last_errno;
use rustix::io::Errno;
use std::ffi::{CString, c_char};
use std::ptr;

/// Looked up when the environment has no PATH, as confstr(_CS_PATH) has it.
const DEFAULT_PATH: &[u8] = b"/usr/local/bin:/usr/bin:/bin";

/// What execve(2) needs.
pub struct Command {
    argv: Strings,
    environment: Strings,
    /// Paths to try in turn.
    candidates: Vec<CString>,
}

impl Command {
    /// Checks and converts. NUL bytes and an empty argv can't be passed to a program.
    pub fn new(argv: &[Vec<u8>], environment: &[Vec<u8>]) -> Result<Self, StartFailure> {
        let name = argv.first().ok_or(StartFailure::new("argv", Errno::INVAL))?;
        Ok(Self {
            argv: Strings::new(argv).ok_or(StartFailure::new("argv", Errno::INVAL))?,
            environment: Strings::new(environment).ok_or(StartFailure::new("environment", Errno::INVAL))?,
            candidates: candidates(name, environment),
        })
    }

    /// Tries the candidates as execvp(3) does and returns why none became the program.
    pub fn execute(&self) -> Errno {
        let mut reason = Errno::NOENT;
        for candidate in &self.candidates {
            // SAFETY: a C string and two NULL-terminated arrays of C strings, all alive.
            unsafe { libc::execve(candidate.as_ptr(), self.argv.as_ptr(), self.environment.as_ptr()) };
            match last_errno() {
                Errno::NOENT | Errno::NOTDIR => {}
                Errno::ACCESS => reason = Errno::ACCESS,
                other => return other,
            }
        }
        reason
    }
}

/// A NULL-terminated array of C strings, as execve(2) wants it.
struct Strings {
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

    fn as_ptr(&self) -> *const *const c_char {
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
