//! A process that borrows its parent's memory: no page tables are copied for it, and none are torn down at its end.
//!
//! It is made as vfork(2) makes one (CLONE_VM | CLONE_VFORK: the parent waits until it is gone), but with a stack of its
//! own, so that nothing its code does on the stack meets what the parent has there.

use crate::sys::Errno;
use core::arch::naked_asm;
use core::cell::UnsafeCell;
use core::ffi::c_void;

const CLONE_VM: u64 = 0x100;
const CLONE_VFORK: u64 = 0x4000;

/// More than the C library's fork and its handlers need.
const STACK_BYTES: usize = 256 * 1024;

#[repr(C, align(16))]
struct Stack(UnsafeCell<[u8; STACK_BYTES]>);

// SAFETY: one process at a time has it, since the parent waits for its end.
unsafe impl Sync for Stack {}

static STACK: Stack = Stack(UnsafeCell::new([0; STACK_BYTES]));

/// Where [`resume`] goes on: what the caller of [`start`] had in its registers is on its stack from here.
#[repr(transparent)]
pub struct Context(usize);

impl Context {
    pub const fn new() -> Self {
        Self(0)
    }
}

/// Runs `body` in a new process on the caller's memory. Returns its pid once it is gone; or 0, in whoever calls
/// [`resume`] on a copy of that memory.
///
/// # Safety
/// `body` must not return, and may use of the memory only what the parent can bear to have changed.
pub unsafe fn start(
    cgroup: Option<i32>,
    body: extern "C" fn(*mut c_void) -> !,
    argument: *mut c_void,
    context: &mut Context,
) -> Result<i32, Errno> {
    let mut arguments = [0_u64; 11];
    arguments[0] = CLONE_VM | CLONE_VFORK | cgroup.map_or(0, |_| crate::CLONE_INTO_CGROUP);
    arguments[4] = crate::sys::SIGCHLD as u64;
    arguments[5] = STACK.0.get() as u64;
    arguments[6] = STACK_BYTES as u64;
    arguments[10] = cgroup.map_or(0, |cgroup| cgroup as u64);
    // SAFETY: `struct clone_args` and its size, a function and its argument, a place for the stack pointer; the rest is
    // the caller's promise.
    let answer = unsafe { clone_onto_stack(&arguments, size_of_val(&arguments), body, argument, context) };
    if answer < 0 { Err(Errno(-answer as i32)) } else { Ok(answer as i32) }
}

/// Goes on where `start` was called, which returns 0.
///
/// # Safety
/// The memory must be a copy of what it was when `start` was called, but for what `body` has changed.
pub unsafe fn resume(context: &Context) -> ! {
    // SAFETY: `start` has put there what this expects.
    unsafe { return_on_stack(context.0) }
}

/// clone3(2). The parent's callee-saved registers are put on its stack, and the stack pointer into the context.
#[unsafe(naked)]
unsafe extern "C" fn clone_onto_stack(
    arguments: &[u64; 11],
    size: usize,
    body: extern "C" fn(*mut c_void) -> !,
    argument: *mut c_void,
    context: &mut Context,
) -> isize {
    naked_asm!(
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "mov [r8], rsp",
        "mov r12, rdx",
        "mov r13, rcx",
        "mov eax, 435",
        "syscall",
        "test rax, rax",
        "jz 2f",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
        "2:",
        "xor ebp, ebp",
        "mov rdi, r13",
        "call r12",
        "ud2",
    )
}

#[unsafe(naked)]
unsafe extern "C" fn return_on_stack(stack: usize) -> ! {
    naked_asm!(
        "mov rsp, rdi",
        "xor eax, eax",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
    )
}
