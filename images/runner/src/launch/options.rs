//! The launcher's command line:
//! `runnel-launch [--connect SOCKET] [--open FD:r|w|rw:PATH]... [--join FILE]... [--uid N --gid N
//! [--userns-fd FD --map INSIDE:OUTSIDE:COUNT...]] [--oom-score-adj N] -- COMMAND [ARG]...`

use super::userns::Extent;
use rustix::fs::OFlags;
use std::ffi::{CString, OsString};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// What to do.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// A Unix socket to connect to, as descriptor 3.
    pub connect: Option<PathBuf>,
    /// Files to open.
    pub inherit: Vec<Inherit>,
    /// `cgroup.procs` files to enter.
    pub joins: Vec<PathBuf>,
    /// uid and gid to become.
    pub identity: Option<(u32, u32)>,
    /// A user namespace to make.
    pub namespace: Option<Namespace>,
    /// proc(5), oom_score_adj.
    pub oom_score: Option<i32>,
    /// Absolute path and arguments.
    pub command: Vec<CString>,
}

/// A user namespace that the command has open at a number and is to enter itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Namespace {
    /// The descriptor's number.
    pub number: i32,
    /// Of uids, and of gids likewise.
    pub map: Vec<Extent>,
}

/// A file that the command has open at a number.
#[derive(Debug, PartialEq, Eq)]
pub struct Inherit {
    /// The descriptor's number.
    pub number: i32,
    /// For what.
    pub access: Access,
    /// Which file.
    pub path: PathBuf,
}

/// What a file is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Access {
    Read,
    Write,
    ReadWrite,
}

impl Access {
    /// As open(2) wants it.
    pub fn flags(self) -> OFlags {
        match self {
            Self::Read => OFlags::RDONLY,
            Self::Write => OFlags::WRONLY,
            Self::ReadWrite => OFlags::RDWR,
        }
    }
}

/// Parses the arguments after the program's name.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Options, String> {
    let mut arguments = arguments.into_iter();
    let mut options = Options::default();
    let (mut uid, mut gid) = (None, None);
    let (mut namespace, mut map) = (None, Vec::new());
    loop {
        let name = arguments.next().ok_or("'-- COMMAND' is missing")?;
        if name == "--" {
            break;
        }
        let value = arguments.next().ok_or_else(|| format!("{} needs a value", name.display()))?;
        match name.to_str() {
            Some("--connect") => options.connect = Some(value.into()),
            Some("--open") => options.inherit.push(inherit(value)?),
            Some("--join") => options.joins.push(value.into()),
            Some("--uid") => uid = Some(identity(&value)?),
            Some("--gid") => gid = Some(identity(&value)?),
            Some("--userns-fd") => namespace = Some(descriptor(number(&value)?)?),
            Some("--map") => map.push(extent(&value)?),
            Some("--oom-score-adj") => options.oom_score = Some(number(&value)?),
            _ => return Err(format!("what is {}?", name.display())),
        }
    }
    options.identity = match (uid, gid) {
        (Some(uid), Some(gid)) => Some((uid, gid)),
        (None, None) => None,
        _ => return Err("--uid and --gid go together".into()),
    };
    options.namespace = match (namespace, map.is_empty()) {
        (Some(number), false) if options.identity.is_some() => Some(Namespace { number, map }),
        (None, true) => None,
        _ => return Err("--userns-fd, --map, --uid and --gid go together".into()),
    };
    options.command = arguments
        .map(|argument| CString::new(argument.into_vec()).map_err(|_| "an argument contains NUL".to_owned()))
        .collect::<Result<_, _>>()?;
    match options.command.first() {
        Some(command) if command.as_bytes().starts_with(b"/") => Ok(options),
        _ => Err("COMMAND must be an absolute path".into()),
    }
}

fn number<N: std::str::FromStr>(value: &OsString) -> Result<N, String> {
    value
        .to_str()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| format!("{} is not a number", value.display()))
}

/// 0 would be root, and the highest number means "unchanged" to setresuid(2).
fn identity(value: &OsString) -> Result<u32, String> {
    match number(value)? {
        0 | u32::MAX => Err(format!("{} is not an unprivileged uid or gid", value.display())),
        id => Ok(id),
    }
}

fn inherit(value: OsString) -> Result<Inherit, String> {
    let wrong = || format!("--open wants FD:r|w|rw:PATH, not {}", value.display());
    let bytes = value.clone().into_vec();
    let mut fields = bytes.splitn(3, |&byte| byte == b':');
    let mut next = || fields.next().ok_or_else(wrong);
    let number = std::str::from_utf8(next()?).ok().and_then(|text| text.parse().ok()).ok_or_else(wrong)?;
    let access = match next()? {
        b"r" => Access::Read,
        b"w" => Access::Write,
        b"rw" => Access::ReadWrite,
        _ => return Err(wrong()),
    };
    let path = PathBuf::from(OsString::from_vec(next()?.to_vec()));
    Ok(Inherit { number: descriptor(number)?, access, path })
}

fn descriptor(number: i32) -> Result<i32, String> {
    match number {
        3..=512 => Ok(number),
        _ => Err(format!("descriptor {number} is not from 3 to 512")),
    }
}

/// No id of the launcher's own: neither 0 nor what is beyond the last.
fn extent(value: &OsString) -> Result<Extent, String> {
    let wrong = || format!("--map wants INSIDE:OUTSIDE:COUNT, not {}", value.display());
    let numbers: Vec<u32> = value
        .to_str()
        .and_then(|text| text.split(':').map(|field| field.parse().ok()).collect())
        .ok_or_else(wrong)?;
    let fits = |first: u32, count: u32| first.checked_add(count).is_some();
    match numbers[..] {
        [inside, outside, count] if outside > 0 && count > 0 && fits(inside, count) && fits(outside, count) => {
            Ok(Extent { inside, outside, count })
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Options, String> {
        parse(text.split(' ').map(OsString::from))
    }

    #[test]
    fn a_whole_command_line_is_understood() {
        let options = of(
            "--connect /s --open 4:rw:/a:b --join /c --uid 7 --gid 8 --userns-fd 9 --map 1000:7:1 --map 2000:8:64 \
                --oom-score-adj -5 -- /bin/x --uid 0",
        );
        let map =
            [(1000, 7, 1), (2000, 8, 64)].map(|(inside, outside, count)| Extent { inside, outside, count });

        let expected = Options {
            connect: Some("/s".into()),
            inherit: vec![Inherit { number: 4, access: Access::ReadWrite, path: "/a:b".into() }],
            joins: vec!["/c".into()],
            identity: Some((7, 8)),
            namespace: Some(Namespace { number: 9, map: map.to_vec() }),
            oom_score: Some(-5),
            command: vec![c"/bin/x".into(), c"--uid".into(), c"0".into()],
        };
        assert_eq!(options, Ok(expected));
    }

    #[test]
    fn what_is_unclear_or_would_stay_root_is_refused() {
        for line in [
            "-- bwrap",
            "--uid 7 -- /bin/x",
            "--uid 0 --gid 0 -- /bin/x",
            "--uid 4294967295 --gid 7 -- /bin/x",
            "--open 1:r:/a -- /bin/x",
            "--open 4:x:/a -- /bin/x",
            "--userns-fd 9 --map 1000:7:1 -- /bin/x",
            "--uid 7 --gid 7 --userns-fd 9 -- /bin/x",
            "--uid 7 --gid 7 --map 1000:7:1 -- /bin/x",
            "--uid 7 --gid 7 --userns-fd 2 --map 1000:7:1 -- /bin/x",
            "--uid 7 --gid 7 --userns-fd 9 --map 0:0:1 -- /bin/x",
            "--uid 7 --gid 7 --userns-fd 9 --map 1000:7:0 -- /bin/x",
            "--uid 7 --gid 7 --userns-fd 9 --map 1000:4294967290:10 -- /bin/x",
            "--uid 7 --gid 7 --userns-fd 9 --map 1000:7:1:x -- /bin/x",
            "--verbose 1 -- /bin/x",
            "--connect /s",
            "--",
        ] {
            assert!(of(line).is_err(), "{line}");
        }
    }
}
