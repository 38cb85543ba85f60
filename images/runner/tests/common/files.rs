//! File requests, from the daemon's side.

use super::{Event, Sandbox, bash};
use runnel_runner::wire::FrameType;
use runnel_runner::wire::proto::{FileError, FileInfo, Get, List, Listing, Put};
use std::time::{Duration, Instant};

/// No file operation may take longer; the slowest machine is allowed far more than the 100 ms that are wanted.
const PATIENCE: Duration = Duration::from_secs(2);

pub fn put(sandbox: &mut Sandbox, path: &str, content: &[u8], mode: u32) -> Result<(), FileError> {
    let id = sandbox.number();
    let request = Put { path: path.into(), mode, size: content.len() as u64, cell: sandbox.cell };
    sandbox.channel.send(FrameType::Put, id, &request);
    for piece in content.chunks(65_536) {
        sandbox.channel.raw(FrameType::PutData, id, piece);
    }
    match sandbox.channel.event(id) {
        Event::PutDone => Ok(()),
        Event::FileError(error) => Err(error),
        other => panic!("{other:?}"),
    }
}

pub fn get(sandbox: &mut Sandbox, path: &str, max_bytes: u64) -> Result<(FileInfo, Vec<u8>), FileError> {
    let id = sandbox.number();
    let begun = Instant::now();
    sandbox.channel.send(
        FrameType::Get,
        id,
        &Get { path: path.into(), max_bytes, initial_credit: u32::MAX, cell: sandbox.cell },
    );
    let info = match sandbox.channel.event(id) {
        Event::FileInfo(info) => info,
        Event::FileError(error) => {
            assert!(begun.elapsed() < PATIENCE, "{path}");
            return Err(error);
        }
        other => panic!("{other:?}"),
    };
    let mut content = Vec::new();
    loop {
        match sandbox.channel.event(id) {
            Event::FileData(bytes) => content.extend(bytes),
            Event::FileEnd => return Ok((info, content)),
            Event::FileError(error) => return Err(error),
            other => panic!("{other:?}"),
        }
    }
}

pub fn list(sandbox: &mut Sandbox, path: &str, max_entries: u32) -> Result<Listing, FileError> {
    let id = sandbox.number();
    let begun = Instant::now();
    sandbox.channel.send(FrameType::List, id, &List { path: path.into(), max_entries, cell: sandbox.cell });
    let event = sandbox.channel.event(id);
    assert!(begun.elapsed() < PATIENCE, "{path}");
    match event {
        Event::Listing(listing) => Ok(listing),
        Event::FileError(error) => Err(error),
        other => panic!("{other:?}"),
    }
}

pub fn paths(listing: &Listing) -> Vec<String> {
    listing.entries.iter().map(|entry| String::from_utf8_lossy(&entry.path).into_owned()).collect()
}

/// A sandbox in whose workspace a program has left things.
pub fn prepared(script: &str) -> Sandbox {
    prepare(Sandbox::start(), script)
}

/// The same of any sandbox.
pub fn prepare(mut sandbox: Sandbox, script: &str) -> Sandbox {
    sandbox.run(&bash(script)).assert_succeeded();
    sandbox
}
