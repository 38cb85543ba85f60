//! The command line. Only the launcher writes it, so a mistake is told on standard error and ends the runner.

use crate::cell::Hierarchy;
use rustix::fs::{Mode, OFlags, open};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStringExt;

/// What the runner was started with.
pub struct Options {
    /// How to reach the daemon.
    pub channel: Channel,
    /// What the launcher passed on.
    pub passed: Passed,
}

/// What the launcher passed on to this sandbox.
pub struct Passed {
    /// Proves to the daemon that this is the sandbox it started.
    pub nonce: Vec<u8>,
    /// `cgroup.procs` files that every program writes itself into.
    pub joins: Vec<OwnedFd>,
    /// Counters of the program's cgroup, by name.
    pub counters: BTreeMap<String, OwnedFd>,
    /// A directory with the cgroup that the runner and the program are in.
    pub counters_from: Option<OsString>,
    /// Cgroups of a nursery, to make those of its cells in.
    pub hierarchies: Vec<Hierarchy>,
    /// `cgroup.procs` of the leaf that the runner of a nursery moves into.
    pub leaf: Option<OwnedFd>,
    /// The program that becomes pid 1 of cells.
    pub init: Option<OwnedFd>,
}

/// Where the channel is.
pub enum Channel {
    /// An inherited descriptor.
    Descriptor(OwnedFd),
    /// A Unix socket to connect to.
    Path(OsString),
    /// Standard input and output.
    StandardStreams,
}

/// Parses the arguments after the program's name.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Options, String> {
    let mut arguments = arguments.into_iter();
    let mut channel = None;
    let mut nonce = None;
    let mut joins = Vec::new();
    let mut counters = BTreeMap::new();
    let mut hierarchies = Vec::new();
    let (mut counters_from, mut leaf, mut init) = (None, None, None);
    while let Some(name) = arguments.next() {
        let name = name.into_string().map_err(|name| format!("what is {name:?}?"))?;
        if name == "--channel-stdio" {
            channel = Some(Channel::StandardStreams);
            continue;
        }
        let raw = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        let value = raw.to_str().ok_or_else(|| format!("{name} {raw:?} is not text"));
        match name.as_str() {
            "--channel-fd" => channel = Some(Channel::Descriptor(descriptor(value?)?)),
            "--connect" => channel = Some(Channel::Path(raw)),
            "--nonce" => nonce = Some(hexadecimal(value?)?),
            "--join-fd" => joins.push(descriptor(value?)?),
            "--counter" => {
                let (name, number) = value?.split_once('=').ok_or("--counter wants NAME=FD")?;
                counters.insert(name.to_owned(), descriptor(number)?);
            }
            "--counters-from" => counters_from = Some(raw),
            "--cgroup" => hierarchies.push(hierarchy(value?)?),
            "--leaf" => leaf = Some(descriptor(value?)?),
            #[cfg(feature = "faults")]
            "--fail-at" => {
                runnel_enter::faults::fail_at(value?.parse().map_err(|_| "--fail-at wants a number")?)
            }
            #[cfg(feature = "faults")]
            "--leave-out" => {
                runnel_enter::faults::leave_out(value?.parse().map_err(|_| "--leave-out wants a number")?)
            }
            "--init" => init = Some(image(&raw)?),
            _ => return Err(format!("what is {name}?")),
        }
    }
    let channel = channel.ok_or("--channel-fd, --connect or --channel-stdio is missing")?;
    let nonce = nonce.ok_or("--nonce is missing")?;
    let passed = Passed { nonce, joins, counters, counters_from, hierarchies, leaf, init };
    Ok(Options { channel, passed })
}

/// Takes over an inherited descriptor; it must be open, and none of the standard three.
fn descriptor(text: &str) -> Result<OwnedFd, String> {
    let number: RawFd = text.parse().map_err(|_| format!("{text} is not a descriptor"))?;
    if number < 3 {
        return Err(format!("descriptor {number} is a standard stream"));
    }
    // SAFETY: borrowed only to ask whether it is open; the kernel answers EBADF if it is not.
    let borrowed = unsafe { BorrowedFd::borrow_raw(number) };
    rustix::io::fcntl_setfd(borrowed, rustix::io::FdFlags::CLOEXEC)
        .map_err(|error| format!("descriptor {number}: {error}"))?;
    // SAFETY: it is open, was inherited, and nothing else in this process owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// `v1:CONTROLLER,...=FD` or `v2:CONTROLLER,...=FD`.
fn hierarchy(text: &str) -> Result<Hierarchy, String> {
    let (kind, number) = text.split_once('=').ok_or("--cgroup wants VERSION:CONTROLLERS=FD")?;
    let (version, controllers) = kind.split_once(':').ok_or("--cgroup wants VERSION:CONTROLLERS=FD")?;
    Hierarchy::new(version, controllers, descriptor(number)?)
}

/// Opened to be executed in places where its path does not lead to it.
fn image(path: &OsString) -> Result<OwnedFd, String> {
    open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).map_err(|error| format!("--init: {error}"))
}

fn hexadecimal(text: &str) -> Result<Vec<u8>, String> {
    let digits = OsString::from(text).into_vec();
    if !digits.len().is_multiple_of(2) || digits.len() > 256 {
        return Err("--nonce wants an even number of hexadecimal digits, at most 256".into());
    }
    digits
        .chunks(2)
        .map(|pair| {
            let text = std::str::from_utf8(pair).map_err(|_| "--nonce is not hexadecimal")?;
            u8::from_str_radix(text, 16).map_err(|_| "--nonce is not hexadecimal".to_owned())
        })
        .collect()
}
