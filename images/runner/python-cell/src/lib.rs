//! `_runnel_cell`: what a Python zygote needs to fork itself into cells.
//!
//! It is built for the stable ABI, so it loads into every CPython from 3.8 on, and it links no library: what it needs
//! of the C library is in the interpreter. docs/adr/0004-how-a-forked-interpreter-seals-itself.md says why it is not
//! done by ctypes, docs/architecture/cells.md how the runner talks to it.

#![no_std]

mod end;
mod python;
mod rseq;
mod zygote;

use core::ffi::{c_char, c_int, c_void};
use core::panic::PanicInfo;
use core::ptr::null_mut;
use python::{ABI, Method, ModuleDefinition, Object, Shared};
use runnel_enter::sys::{self, Action, Errno};
use runnel_enter::{Entered, Failure, LEASH, Step, enter_lightly, hide};
use zygote::{Filter, Request};

const FAILED: i32 = 127;

static METHODS: Shared<[Method; 8]> = Shared::new([
    Method::of_one(
        c"serve",
        serve,
        c"serve(fd)\n\nForks into cells as the socket asks. Returns in each fork, sealed. Where the descriptor is the leash of \
          this process itself, which is sealed already, returns at once.",
    ),
    Method::of_one(
        c"receive",
        receive,
        c"receive(meanwhile) -> bytes\n\nWaits for the go of this process. Where it is not there yet, calls `meanwhile` first.",
    ),
    Method::of_one(
        c"watch",
        end::watch,
        c"watch(globals)\n\nWatches for the return of the main file, which has these globals.",
    ),
    Method::of_one(c"locate", end::locate, c"locate(step)\n\nFinds where the interpreter keeps an interrupt."),
    Method::of_tuple(
        c"end",
        end::end,
        c"end(silent, nothing_left, arguments)\n\nExits where the main file returned, nobody watches and nothing is left.",
    ),
    Method::of_tuple(
        c"solid",
        end::solid,
        c"solid(kind, plain) -> type | None\n\nThe C class beneath a class; None where Python code finalizes.",
    ),
    Method::of_tuple(
        c"finalizable",
        end::finalizable,
        c"finalizable(kinds, plain) -> int\n\nOf how many classes Python code finalizes the instances.",
    ),
    Method::LAST,
]);

static MODULE: Shared<ModuleDefinition> = ModuleDefinition::new(
    c"_runnel_cell",
    c"Forks this interpreter into cells, and ends them.",
    METHODS.get().cast(),
);

static FILTER: Shared<Filter> = Shared::new(Filter::new());

/// Called by the interpreter at the import.
#[unsafe(no_mangle)]
#[allow(non_snake_case, reason = "the name is Python's")]
pub extern "C" fn PyInit__runnel_cell() -> *mut Object {
    // SAFETY: the definition lives as long as the process.
    unsafe { python::PyModule_Create2(MODULE.get(), ABI) }
}

/// Returns in B only, or in a process that is to wait for a program of its own. In the zygote it ends with the socket, or with an
/// OSError.
unsafe extern "C" fn serve(_module: *mut Object, argument: *mut Object) -> *mut Object {
    // SAFETY: a living object.
    let socket = unsafe { python::PyLong_AsLong(argument) } as i32;
    // SAFETY: the interpreter calls this, so it holds its lock.
    if socket == -1 && !unsafe { python::PyErr_Occurred() }.is_null() {
        return null_mut();
    }
    let served = match zygote::is_leash(socket) {
        Ok(true) => await_own(socket),
        Ok(false) => {
            // SAFETY: nobody else uses it: whoever calls this does not come back in this process.
            let filter = unsafe { &mut *FILTER.get() };
            start(socket, filter).and_then(|children| serve_requests(socket, filter, children))
        }
        Err(errno) => Err(errno),
    };
    match served {
        Ok(()) => end::none(),
        Err(errno) => raise(errno),
    }
}

/// Without a go this process has no purpose.
unsafe extern "C" fn receive(_module: *mut Object, meanwhile: *mut Object) -> *mut Object {
    if !is_there() {
        // SAFETY: a living object, and the interpreter's lock is held.
        let answer = unsafe { python::PyObject_CallObject(meanwhile, null_mut()) };
        if answer.is_null() {
            return null_mut();
        }
        // SAFETY: its owner is this function.
        unsafe { python::Py_DecRef(answer) };
    }
    receive_go()
}

/// Whether there is something to read from the leash, or its end.
fn is_there() -> bool {
    const POLLIN: u64 = 1;
    // `struct pollfd`: the descriptor, what is asked for, what was found. Then `struct timespec`.
    let (mut asked, mut at_most) = (LEASH as u64 | POLLIN << 32, [0_u64; 2]);
    let arguments = [(&raw mut asked) as usize, 1, (&raw mut at_most) as usize, 0, 0, 0];
    // SAFETY: the kernel writes into the two structures.
    !matches!(unsafe { sys::call(sys::number::PPOLL, arguments) }, Ok(0))
}

/// Says that this process, sealed already, waits for its program. What it may exec instead must not hold the leash.
fn await_own(leash: i32) -> Result<(), Errno> {
    sys::close_on_exec(leash)?;
    sys::send(leash, b"W")
}

/// Answers what became of children before, which the forks get back.
fn start(socket: i32, filter: &mut Filter) -> Result<Action, Errno> {
    hide()?;
    filter.receive(socket)?;
    // The first children (A) exit at once and leave nothing to be waited for.
    let children = sys::replace_action(sys::SIGCHLD, &sys::IGNORED)?;
    sys::send(socket, b"R")?;
    Ok(children)
}

/// Returns in B. No Python runs in the zygote but the handlers that modules have registered for forks.
fn serve_requests(socket: i32, filter: &Filter, children: Action) -> Result<(), Errno> {
    loop {
        let Some(request) = Request::receive(socket)? else { sys::exit_group(0) };
        let entry = request.entry(filter);
        // SAFETY: this thread holds the interpreter's lock.
        unsafe { python::PyOS_BeforeFork() };
        // A has this memory, in which none of the interpreter's handlers may run.
        sys::block_signals(u64::MAX)?;
        // SAFETY: B's next call makes the interpreter whole again, as after any fork of it.
        let entered = unsafe { enter_lightly(&entry, fork) };
        if !matches!(entered, Ok(Entered::Sealed)) {
            sys::block_signals(0)?;
            // A's change of ids has made this memory as readable as fs.suid_dumpable says.
            hide()?;
        }
        match entered {
            Ok(Entered::Sealed) => {
                // They were closed when this process was sealed.
                core::mem::forget(request);
                // SAFETY: in the child of a fork that was announced.
                unsafe { python::PyOS_AfterFork_Child() };
                return sys::replace_action(sys::SIGCHLD, &children).map(drop);
            }
            outcome => {
                // SAFETY: in the parent of a fork that was announced.
                unsafe { python::PyOS_AfterFork_Parent() };
                if let Err(errno) = outcome {
                    // An end that nobody reads is no matter of the zygote's.
                    let _ = sys::send(request.leash(), &Failure { step: Step::Clone, errno }.report());
                }
            }
        }
    }
}

/// The C library's fork, with errno in its answer, and restartable sequences for the child: A, which borrows memory, has no
/// registration that B could inherit (clone(2) drops it with CLONE_VM), and the C library would not know.
fn fork() -> i32 {
    let pid = plain_fork();
    if pid == 0 {
        rseq::register();
    }
    pid
}

fn plain_fork() -> i32 {
    // SAFETY: A makes system calls only, B is looked after by the interpreter.
    match unsafe { python::fork() } {
        -1 => {
            // SAFETY: takes nothing, answers an address of this thread's.
            let errno = unsafe { python::__errno_location() };
            // SAFETY: as above.
            -unsafe { errno.read() }
        }
        pid => pid,
    }
}

/// Reads the leash to its end.
fn receive_go() -> *mut Object {
    const FIRST: usize = 16 * 1024;
    let (mut memory, mut room, mut length) = (null_mut::<c_void>(), 0, 0);
    loop {
        if length == room {
            room = FIRST.max(2 * room);
            // SAFETY: the interpreter's lock is held; the block is its own, or NULL.
            memory = unsafe { python::PyMem_Realloc(memory, room) };
            if memory.is_null() {
                sys::exit_group(FAILED);
            }
        }
        let start = memory.cast::<u8>().wrapping_add(length);
        let arguments = [LEASH as usize, start as usize, room - length, 0, 0, 0];
        // SAFETY: the kernel writes into the rest of the block.
        match unsafe { sys::call(sys::number::READ, arguments) } {
            Ok(0) if length == 0 => sys::exit_group(0),
            Ok(0) => break,
            Ok(more) => length += more,
            Err(Errno::INTR) => {}
            Err(_) => sys::exit_group(FAILED),
        }
    }
    // SAFETY: that many bytes of the block have been written.
    let go = unsafe { python::PyBytes_FromStringAndSize(memory.cast::<c_char>(), length as isize) };
    // SAFETY: its owner is this function.
    unsafe { python::PyMem_Free(memory) };
    go
}

fn raise(errno: Errno) -> *mut Object {
    // SAFETY: takes nothing, answers an address of this thread's.
    let place = unsafe { python::__errno_location() };
    // SAFETY: as above.
    unsafe { place.write(errno.0 as c_int) };
    // SAFETY: set when the interpreter started, and never changed.
    let kind = unsafe { python::PyExc_OSError };
    // SAFETY: the interpreter's lock is held.
    unsafe { python::PyErr_SetFromErrno(kind) }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    sys::exit_group(FAILED)
}

/// Named by core's unwinding tables where the optimiser leaves any; nothing here reads them.
#[cfg(debug_assertions)]
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
