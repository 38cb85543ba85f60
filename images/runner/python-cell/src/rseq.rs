//! Restartable sequences (rseq(2)) of the C library's, registered anew.

use crate::python;
use core::ffi::{c_uint, c_void};
use core::ptr::null_mut;
use runnel_enter::sys;

const RSEQ: usize = if cfg!(target_arch = "x86_64") { 334 } else { 293 };
/// What glibc registers with, by processor.
const SIGNATURE: usize = if cfg!(target_arch = "x86_64") { 0x5305_3053 } else { 0xd428_bc00 };
/// The original size, which every kernel takes.
const BYTES: usize = 32;

/// Does nothing where the C library has none: musl, glibc before 2.35, and where they are turned off. One that is
/// registered already stays.
pub fn register() {
    // SAFETY: RTLD_DEFAULT is NULL.
    let offset = unsafe { python::dlsym(null_mut(), c"__rseq_offset".as_ptr()) };
    // SAFETY: as above.
    let size = unsafe { python::dlsym(null_mut(), c"__rseq_size".as_ptr()) };
    if offset.is_null() || size.is_null() {
        return;
    }
    // SAFETY: `const unsigned int` of the C library's.
    if unsafe { size.cast::<c_uint>().read() } == 0 {
        return;
    }
    // SAFETY: `const ptrdiff_t` of the C library's.
    let area = thread_pointer().wrapping_offset(unsafe { offset.cast::<isize>().read() });
    // SAFETY: the area that the C library keeps for this thread, for which it had it registered.
    let _ = unsafe { sys::call(RSEQ, [area as usize, BYTES, 0, SIGNATURE, 0, 0]) };
}

#[cfg(target_arch = "x86_64")]
fn thread_pointer() -> *mut c_void {
    let pointer;
    // SAFETY: the thread's own block begins with its address.
    unsafe { core::arch::asm!("mov {}, fs:0", out(reg) pointer, options(nostack, readonly, preserves_flags)) };
    pointer
}

#[cfg(target_arch = "aarch64")]
fn thread_pointer() -> *mut c_void {
    let pointer;
    // SAFETY: reads a register.
    unsafe {
        core::arch::asm!("mrs {}, tpidr_el0", out(reg) pointer, options(nostack, nomem, preserves_flags))
    };
    pointer
}
