//! Pid 1 of a cell. It holds the namespaces and resizes its mounts; docs/architecture/cells.md says how it is talked to.
//!
//! It keeps its capabilities, and they are what keeps the program out of it: who wants to look into a process must
//! have at least those of the process (ptrace(2)). That it is an image of its own matters twice: it carries nothing of
//! the runner's memory, and only a process that has executed inside its user namespace can be both not dumpable and
//! entered by a pidfd.

#![no_std]
#![no_main]

mod memory;

use core::arch::global_asm;
use core::ffi::CStr;
use core::panic::PanicInfo;
use runnel_enter::sys::{self, Errno};
use runnel_enter::{clear_ambient, hide};

#[cfg(target_arch = "x86_64")]
global_asm!(".globl _start", "_start:", "xor ebp, ebp", "and rsp, -16", "call {main}", "ud2", main = sym main);

#[cfg(target_arch = "aarch64")]
global_asm!(".globl _start", "_start:", "mov x29, #0", "mov x30, #0", "b {main}", main = sym main);

/// The socket.
const RUNNER: i32 = 3;

/// What can be resized, in the order of the request's sizes, each mounted nosuid and nodev.
const MOUNTS: [&CStr; 3] = [c"/workspace", c"/tmp", c"/dev/shm"];

/// `R` and a size of eight bytes for each mount.
const REQUEST: usize = 1 + 8 * MOUNTS.len();

const PR_SET_NAME: usize = 15;
const MS_NOSUID: usize = 2;
const MS_NODEV: usize = 4;
const MS_REMOUNT: usize = 32;

extern "C" fn main() -> ! {
    let ended = prepare().and_then(|()| sys::send(RUNNER, b"I")).and_then(|()| serve());
    // The cell ends with this process. The code is for whoever looks for the reason.
    sys::exit_group(ended.err().map_or(0, |errno| errno.0))
}

fn prepare() -> Result<(), Errno> {
    hide()?;
    clear_ambient()?;
    sys::close_range(0, RUNNER.unsigned_abs() - 1)?;
    sys::close_range(RUNNER.unsigned_abs() + 1, u32::MAX)?;
    sys::reset_signals();
    // Orphans of the cell become this process's children: they leave no zombies.
    sys::replace_action(sys::SIGCHLD, &sys::IGNORED)?;
    sys::block_signals(0)?;
    sys::prctl(PR_SET_NAME, c"init".as_ptr() as usize)?;
    match sys::setsid() {
        // It leads a group already.
        Err(Errno::PERM) => Ok(()),
        other => other,
    }
}

/// Answers until the socket ends.
fn serve() -> Result<(), Errno> {
    let mut request = [0; REQUEST + 1];
    loop {
        match sys::read(RUNNER, &mut request) {
            Ok(0) => return Ok(()),
            Ok(REQUEST) if request[0] == b'R' => {
                let [a, b, c, d] = resize(&request).err().map_or(0, |errno| errno.0).to_ne_bytes();
                sys::send(RUNNER, &[b'K', a, b, c, d])?;
            }
            Ok(_) => return Err(Errno::INVAL),
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

fn resize(request: &[u8; REQUEST + 1]) -> Result<(), Errno> {
    let mut rest = &request[1..REQUEST];
    for mount in MOUNTS {
        let Some((size, others)) = rest.split_first_chunk() else { return Err(Errno::INVAL) };
        rest = others;
        match u64::from_ne_bytes(*size) {
            // For tmpfs it would mean no limit. Here it means that the mount stays as it is.
            0 => {}
            size => remount(mount, size)?,
        }
    }
    Ok(())
}

/// mount(2) with MS_REMOUNT, `size=` and the size in bytes. It refuses (EINVAL) a size below what is in use.
fn remount(mount: &CStr, size: u64) -> Result<(), Errno> {
    const NAME: &[u8] = b"size=";
    // The longest number has 20 digits, and a NUL follows.
    let mut option = [0_u8; NAME.len() + 21];
    option[..NAME.len()].copy_from_slice(NAME);
    let digits = size.ilog10() as usize + 1;
    let mut rest = size;
    for digit in option[NAME.len()..NAME.len() + digits].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let flags = MS_REMOUNT | MS_NOSUID | MS_NODEV;
    let arguments = [0, mount.as_ptr() as usize, 0, flags, option.as_ptr() as usize, 0];
    // SAFETY: the kernel reads two C strings.
    unsafe { sys::call(sys::number::MOUNT, arguments) }.map(drop)
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    sys::exit_group(sys::Errno::IO.0)
}
