//! The quick end: an interpreter that has run its main file to the end, and that would finalize nothing anybody could
//! notice, exits without taking itself apart. That costs a fork more than running a small program does, since it copies
//! nearly every page of its zygote. Python code says whether anything would be noticed; here is what it can't find out.

use crate::python::{self, Object, Shared};
use core::ffi::{CStr, c_int, c_void};
use core::mem::transmute;
use core::ptr::{null, null_mut};

/// `_PyFrameEvalFunction` (PEP 523) since 3.9, for a thread's state and a frame, whatever a frame is in this version.
type Evaluate = unsafe extern "C" fn(*mut c_void, *mut c_void, c_int) -> *mut Object;
/// `_PyInterpreterState_SetEvalFrameFunc`.
type SetEvaluate = unsafe extern "C" fn(*mut c_void, Evaluate);
/// `PyInterpreterState_Get`.
type Interpreter = unsafe extern "C" fn() -> *mut c_void;

/// What the interpreter has for those who evaluate its frames.
#[derive(Clone, Copy)]
struct Frames {
    evaluate: Evaluate,
    set: SetEvaluate,
    interpreter: Interpreter,
}

impl Frames {
    /// Not all is of the stable ABI, so it is looked up: 3.8 has it not.
    fn look_up() -> Option<Self> {
        let evaluate = look_up(c"_PyEval_EvalFrameDefault")?;
        let set = look_up(c"_PyInterpreterState_SetEvalFrameFunc")?;
        let interpreter = look_up(c"PyInterpreterState_Get")?;
        // SAFETY: it has had this type since 3.9, and 3.8, where it had another, lacks the other names.
        let evaluate = unsafe { transmute::<*mut c_void, Evaluate>(evaluate) };
        // SAFETY: it has had this type since there is one.
        let set = unsafe { transmute::<*mut c_void, SetEvaluate>(set) };
        // SAFETY: as above.
        let interpreter = unsafe { transmute::<*mut c_void, Interpreter>(interpreter) };
        Some(Self { evaluate, set, interpreter })
    }

    /// Has all frames of this interpreter evaluated by a function.
    fn evaluate_by(&self, function: Evaluate) {
        // SAFETY: the calling thread is one of the interpreter's and holds its lock.
        let interpreter = unsafe { (self.interpreter)() };
        // SAFETY: a function of the type that is asked for.
        unsafe { (self.set)(interpreter, function) };
    }
}

/// Of a frame, in all versions from 3.9 to 3.14, the globals are among so many words.
const WORDS: usize = 8;

const HEAPTYPE: u64 = 1 << 9;
const BASE: c_int = 48;
const DEALLOC: c_int = 52;
const FINALIZE: c_int = 80;

/// What `watch` was given, and how the main file ended.
struct Ending {
    frames: Option<Frames>,
    /// The main file's globals, known by their address only: held, they would not end with their module.
    globals: *mut Object,
    /// Where the interpreter keeps that a KeyboardInterrupt has left code that it ran: its exit code is then another.
    interrupted: *const c_int,
    returned: bool,
}

static ENDING: Shared<Ending> =
    Shared::new(Ending { frames: None, globals: null_mut(), interrupted: null(), returned: false });

/// `watch(globals)`: from now on the frame that has these globals and no frame below it is the main file's. An interpreter
/// that can't be watched ends as always.
pub unsafe extern "C" fn watch(_module: *mut Object, globals: *mut Object) -> *mut Object {
    // SAFETY: the interpreter's lock is held.
    let ending = unsafe { &mut *ENDING.get() };
    ending.globals = globals;
    if !ending.interrupted.is_null() {
        ending.frames = Frames::look_up();
    }
    if let Some(frames) = ending.frames {
        frames.evaluate_by(until_main);
    }
    none()
}

fn look_up(name: &CStr) -> Option<*mut c_void> {
    // SAFETY: RTLD_DEFAULT is NULL: all that the process has loaded.
    let found = unsafe { python::dlsym(null_mut(), name.as_ptr()) };
    (!found.is_null()).then_some(found)
}

/// Evaluates frames until the main file's, from which on the interpreter does that by itself again.
unsafe extern "C" fn until_main(thread: *mut c_void, frame: *mut c_void, throw: c_int) -> *mut Object {
    // SAFETY: the interpreter calls this, so it holds its lock.
    let Ending { frames, globals, .. } = unsafe { &*ENDING.get() };
    let Some(frames) = *frames else { return null_mut() };
    let is_main = is_of_main(frame, *globals);
    if is_main {
        frames.evaluate_by(frames.evaluate);
    }
    // SAFETY: what the interpreter gave.
    let result = unsafe { (frames.evaluate)(thread, frame, throw) };
    if is_main {
        // SAFETY: the lock is held again.
        unsafe { (*ENDING.get()).returned = !result.is_null() };
    }
    result
}

/// Source encodings, loaders and the like make frames before, which have other globals; what the main file calls, a frame
/// below.
fn is_of_main(frame: *mut c_void, globals: *mut Object) -> bool {
    // SAFETY: the interpreter's lock is held. The globals of the frame below.
    if !unsafe { python::PyEval_GetGlobals() }.is_null() {
        return false;
    }
    // SAFETY: a frame is larger than that in every version.
    let words = unsafe { core::slice::from_raw_parts(frame.cast::<*mut Object>(), WORDS) };
    words.contains(&globals)
}

/// `end(silent, nothing_left, arguments)`, registered with atexit before anything of the program's, so it runs last, after
/// threads have been waited for. It comes back when the interpreter is to end by itself.
///
/// `silent` is a tuple of pairs: a callable and its arguments, which must all return None: no Python code runs before it is
/// clear that nobody watches. Calls from here are not traced. atexit has the only references to all three: what they hold
/// lives no longer than without them.
pub unsafe extern "C" fn end(_module: *mut Object, arguments: *mut Object) -> *mut Object {
    // SAFETY: the interpreter's lock is held.
    let ending = unsafe { &*ENDING.get() };
    if ending.returned
        && let Some([silent, nothing_left, before]) = items(arguments)
        && is_called_by_the_interpreter()
        && !will_differ(ending)
        && is_silent(silent)
        && is_true(nothing_left, before)
    {
        // SAFETY: as main would: handlers of the C library run, and its streams are flushed. 0, because the main file
        // returned, and nothing that comes after it changes that but a failed flush, which has been tried.
        unsafe { python::exit(0) };
    }
    // SAFETY: the interpreter's lock is held.
    unsafe { python::PyErr_Clear() };
    none()
}

/// And not by a program that runs its handlers itself and goes on.
fn is_called_by_the_interpreter() -> bool {
    // SAFETY: the interpreter's lock is held.
    unsafe { python::PyEval_GetGlobals() }.is_null()
}

/// Whether something else than the main file's return decides what comes next: Py_RunMain goes on with a prompt, or ends
/// by SIGINT.
fn will_differ(ending: &Ending) -> bool {
    // SAFETY: the C library's; the interpreter's lock is held, and what is asked for is not kept.
    let inspects = !unsafe { python::getenv(c"PYTHONINSPECT".as_ptr()) }.is_null();
    // SAFETY: found by `locate`, it lives as long as the interpreter.
    inspects || unsafe { ending.interrupted.read_volatile() } != 0
}

/// Words of the interpreter's state that `locate` looks at. The flag is within the first few kilobytes.
const STATE_WORDS: usize = 2048;

/// What was there at each of the calls of `locate`.
static STATES: Shared<[[c_int; STATE_WORDS]; 4]> = Shared::new([[0; STATE_WORDS]; 4]);

/// `locate(step)`: finds where the interpreter keeps that it was interrupted. Up to 3.11 the place has a name. Later it is
/// in the interpreter's state, whose layout differs from version to version: called with 0 to 3, after nothing, after a
/// KeyboardInterrupt that left run code, after other code, and after another KeyboardInterrupt, it looks for the one word
/// that was 0, 1, 0, 1. Where there is not exactly one, no end is quick.
pub unsafe extern "C" fn locate(_module: *mut Object, step: *mut Object) -> *mut Object {
    // SAFETY: a living object.
    let step = unsafe { python::PyLong_AsLong(step) };
    // SAFETY: the interpreter's lock is held.
    let ending = unsafe { &mut *ENDING.get() };
    if let Some(named) = look_up(c"_Py_UnhandledKeyboardInterrupt") {
        ending.interrupted = named.cast();
        return none();
    }
    // SAFETY: nobody else uses them.
    let states = unsafe { &mut *STATES.get() };
    let (Some(state), Ok(step)) = (look_up(c"_PyRuntime"), usize::try_from(step)) else { return none() };
    let Some(place) = states.get_mut(step) else { return none() };
    let state = state.cast_const().cast::<c_int>();
    for (index, word) in place.iter_mut().enumerate() {
        // SAFETY: the structure is larger in every version that has it.
        *word = unsafe { state.wrapping_add(index).read_volatile() };
    }
    if step + 1 == states.len() {
        let mut found = (0..STATE_WORDS).filter(|&index| states.each_ref().map(|at| at[index]) == [0, 1, 0, 1]);
        if let (Some(index), None) = (found.next(), found.next()) {
            ending.interrupted = state.wrapping_add(index);
        }
    }
    none()
}

fn is_silent(pairs: *mut Object) -> bool {
    // SAFETY: a living object; -1 when it is no tuple.
    let count = unsafe { python::PyTuple_Size(pairs) };
    count >= 0
        && (0..count).all(|index| {
            // SAFETY: within the tuple; borrowed.
            let pair = unsafe { python::PyTuple_GetItem(pairs, index) };
            let Some([callable, arguments]) = items(pair) else { return false };
            // SAFETY: living objects.
            let answer = unsafe { python::PyObject_CallObject(callable, arguments) };
            let is_none = answer == (&raw const python::_Py_NoneStruct).cast_mut();
            // SAFETY: it is this function's; NULL is no matter.
            unsafe { python::Py_DecRef(answer) };
            is_none
        })
}

fn is_true(callable: *mut Object, arguments: *mut Object) -> bool {
    // SAFETY: living objects, which the callee checks.
    let answer = unsafe { python::PyObject_CallObject(callable, arguments) };
    // SAFETY: a living object.
    let is_true = !answer.is_null() && unsafe { python::PyObject_IsTrue(answer) } == 1;
    // SAFETY: it is this function's; NULL is no matter.
    unsafe { python::Py_DecRef(answer) };
    is_true
}

/// `solid(kind, plain)`: the first of the class and its bases that no class statement made, or None where instances have
/// a finalizer made by Python code. `plain` is any class that a class statement made: all have one deallocator.
pub unsafe extern "C" fn solid(_module: *mut Object, arguments: *mut Object) -> *mut Object {
    let Some([kind, plain]) = items(arguments) else { return null_mut() };
    match solid_of(kind, plain) {
        Some(solid) => {
            // SAFETY: a living object.
            unsafe { python::Py_IncRef(solid) };
            solid
        }
        None => none(),
    }
}

/// `finalizable(kinds, plain)`: how many of a list of classes have instances with such a finalizer.
pub unsafe extern "C" fn finalizable(_module: *mut Object, arguments: *mut Object) -> *mut Object {
    let Some([kinds, plain]) = items(arguments) else { return null_mut() };
    // SAFETY: -1 and an exception when it is no list.
    let count = unsafe { python::PyList_Size(kinds) };
    let counted = (0..count)
        // SAFETY: within the list; borrowed, so that no page is written to.
        .map(|index| unsafe { python::PyList_GetItem(kinds, index) })
        .filter(|&kind| solid_of(kind, plain).is_none())
        .count();
    // SAFETY: the interpreter's lock is held.
    unsafe { python::PyLong_FromLong(counted as _) }
}

fn solid_of(kind: *mut Object, plain: *mut Object) -> Option<*mut Object> {
    let made_by_statement = slot(plain, DEALLOC);
    let mut kind = kind;
    let mut is_first = true;
    // Slots of static types can't be asked for before 3.10; those are no class statement's.
    // SAFETY: a living class, as each of its bases.
    while unsafe { python::PyType_GetFlags(kind) } & HEAPTYPE != 0 && slot(kind, DEALLOC) == made_by_statement {
        if is_first && !slot(kind, FINALIZE).is_null() {
            return None;
        }
        is_first = false;
        kind = slot(kind, BASE).cast();
    }
    Some(kind)
}

fn slot(kind: *mut Object, number: c_int) -> *mut c_void {
    // SAFETY: a living class made at run time.
    unsafe { python::PyType_GetSlot(kind, number) }
}

/// The first items of a tuple, borrowed. None leaves an exception: it has too few, or is no tuple.
fn items<const COUNT: usize>(tuple: *mut Object) -> Option<[*mut Object; COUNT]> {
    if tuple.is_null() {
        return None;
    }
    let mut found = [null_mut(); COUNT];
    for (index, item) in (0..).zip(&mut found) {
        // SAFETY: NULL and an exception where there is none.
        *item = unsafe { python::PyTuple_GetItem(tuple, index) };
    }
    (!found.contains(&null_mut())).then_some(found)
}

/// None, owned by the caller.
pub fn none() -> *mut Object {
    let none = (&raw const python::_Py_NoneStruct).cast_mut();
    // SAFETY: it always lives.
    unsafe { python::Py_IncRef(none) };
    none
}
