//! What the runner does to itself before it serves.

use crate::options::Channel;
use crate::wire::Duplex;
use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use std::os::fd::IntoRawFd;

/// No process of the sandbox can look into the runner, trace it, or take its descriptors, whatever its uid.
pub fn hide_from_the_sandbox() -> Result<(), Errno> {
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    // Directories made for files are 0755.
    rustix::process::umask(Mode::from_raw_mode(0o022));
    Ok(())
}

/// A pipe that got number 0, 1 or 2 would be overwritten in a child before it is used there.
pub fn keep_standard_streams_open() -> Result<(), Errno> {
    loop {
        let descriptor = open("/dev/null", OFlags::RDWR, Mode::empty())?.into_raw_fd();
        if descriptor > 2 {
            // SAFETY: it was opened above and nobody else knows it.
            unsafe { libc::close(descriptor) };
            return Ok(());
        }
    }
}

/// The channel, not blocking.
pub fn open_channel(channel: Channel) -> Result<Duplex, Errno> {
    match channel {
        Channel::Descriptor(descriptor) => Duplex::of(descriptor),
        Channel::StandardStreams => Duplex::of_standard_streams(),
        Channel::Path(path) => {
            let socket =
                rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
            rustix::net::connect(&socket, &SocketAddrUnix::new(path)?)?;
            Duplex::of(socket)
        }
    }
}
