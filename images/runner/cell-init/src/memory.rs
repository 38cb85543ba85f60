//! What the compiler takes from the C library unasked, where the optimiser leaves any of it. Volatile, or it would make
//! each loop a call of itself.

/// memcpy(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, length: usize) -> *mut u8 {
    for at in 0..length {
        // SAFETY: the caller's promise, for this and the next two.
        let source = unsafe { from.add(at) };
        // SAFETY: as above.
        let byte = unsafe { source.read_volatile() };
        // SAFETY: as above.
        let target = unsafe { to.add(at) };
        // SAFETY: as above.
        unsafe { target.write_volatile(byte) };
    }
    to
}

/// memset(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, byte: i32, length: usize) -> *mut u8 {
    for at in 0..length {
        // SAFETY: the caller's promise.
        let target = unsafe { to.add(at) };
        // SAFETY: as above.
        unsafe { target.write_volatile(byte as u8) };
    }
    to
}

/// Named by core's unwinding tables, which nothing here reads: a panic ends the process.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
