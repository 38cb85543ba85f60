//! The few names of Python's stable ABI and of the C library that are used here. The interpreter has them all.

use core::cell::UnsafeCell;
use core::ffi::{CStr, c_char, c_int, c_long, c_ulong, c_void};
use core::ptr::null_mut;

/// Any object.
#[repr(C)]
pub struct Object {
    references: isize,
    kind: *mut c_void,
}

/// `PyModuleDef`.
#[repr(C)]
pub struct ModuleDefinition {
    base: Object,
    init: *mut c_void,
    index: isize,
    copy: *mut c_void,
    name: *const c_char,
    doc: *const c_char,
    size: isize,
    methods: *const Method,
    slots: *mut c_void,
    traverse: *mut c_void,
    clear: *mut c_void,
    free: *mut c_void,
}

/// `PyMethodDef`.
#[repr(C)]
pub struct Method {
    name: *const c_char,
    function: Option<Function>,
    flags: c_int,
    doc: *const c_char,
}

/// METH_VARARGS: a tuple.
const TUPLE: c_int = 1;
/// METH_O: one argument.
const ONE: c_int = 8;

/// `PyCFunction`.
pub type Function = unsafe extern "C" fn(*mut Object, *mut Object) -> *mut Object;

impl Method {
    /// What ends a table.
    pub const LAST: Self = Self { name: null_mut(), function: None, flags: 0, doc: null_mut() };

    /// A function of one argument.
    pub const fn of_one(name: &'static CStr, function: Function, doc: &'static CStr) -> Self {
        Self::new(name, function, ONE, doc)
    }

    /// A function of several arguments, which gets them as a tuple.
    pub const fn of_tuple(name: &'static CStr, function: Function, doc: &'static CStr) -> Self {
        Self::new(name, function, TUPLE, doc)
    }

    const fn new(name: &'static CStr, function: Function, flags: c_int, doc: &'static CStr) -> Self {
        Self { name: name.as_ptr(), function: Some(function), flags, doc: doc.as_ptr() }
    }
}

/// A static that the interpreter may write.
#[repr(transparent)]
pub struct Shared<T>(UnsafeCell<T>);

// SAFETY: only the interpreter touches it, holding its lock.
unsafe impl<T> Sync for Shared<T> {}

impl<T> Shared<T> {
    pub const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }

    pub const fn get(&self) -> *mut T {
        self.0.get()
    }
}

impl ModuleDefinition {
    /// A module without state.
    pub const fn new(name: &'static CStr, doc: &'static CStr, methods: *const Method) -> Shared<Self> {
        Shared::new(Self {
            base: Object { references: 1, kind: null_mut() },
            init: null_mut(),
            index: 0,
            copy: null_mut(),
            name: name.as_ptr(),
            doc: doc.as_ptr(),
            size: -1,
            methods,
            slots: null_mut(),
            traverse: null_mut(),
            clear: null_mut(),
            free: null_mut(),
        })
    }
}

/// The version of the stable ABI's modules, PYTHON_ABI_VERSION.
pub const ABI: c_int = 3;

#[allow(non_snake_case, non_upper_case_globals, reason = "the names are Python's")]
unsafe extern "C" {
    pub static PyExc_OSError: *mut Object;
    pub fn PyModule_Create2(definition: *mut ModuleDefinition, version: c_int) -> *mut Object;
    pub fn PyLong_AsLong(object: *mut Object) -> c_long;
    pub fn PyErr_Occurred() -> *mut Object;
    pub fn PyErr_SetFromErrno(kind: *mut Object) -> *mut Object;
    pub fn PyBytes_FromStringAndSize(bytes: *const c_char, length: isize) -> *mut Object;
    pub fn PyMem_Realloc(memory: *mut c_void, length: usize) -> *mut c_void;
    pub fn PyMem_Free(memory: *mut c_void);
    pub static _Py_NoneStruct: Object;
    pub fn PyErr_Clear();
    pub fn PyEval_GetGlobals() -> *mut Object;
    pub fn PyList_GetItem(list: *mut Object, index: isize) -> *mut Object;
    pub fn PyList_Size(list: *mut Object) -> isize;
    pub fn PyLong_FromLong(number: c_long) -> *mut Object;
    pub fn PyObject_CallObject(callable: *mut Object, arguments: *mut Object) -> *mut Object;
    pub fn PyObject_IsTrue(object: *mut Object) -> c_int;
    pub fn PyTuple_GetItem(tuple: *mut Object, index: isize) -> *mut Object;
    pub fn PyTuple_Size(tuple: *mut Object) -> isize;
    pub fn PyType_GetFlags(kind: *mut Object) -> c_ulong;
    pub fn PyType_GetSlot(kind: *mut Object, slot: c_int) -> *mut c_void;
    pub fn Py_DecRef(object: *mut Object);
    pub fn Py_IncRef(object: *mut Object);
    pub fn PyOS_BeforeFork();
    pub fn PyOS_AfterFork_Parent();
    pub fn PyOS_AfterFork_Child();
    // Of the C library, glibc's or musl's.
    pub fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    pub fn exit(status: c_int) -> !;
    pub fn fork() -> c_int;
    pub fn getenv(name: *const c_char) -> *const c_char;
    pub fn __errno_location() -> *mut c_int;
}
