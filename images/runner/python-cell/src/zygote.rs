//! The zygote's socket: the filter first, then requests, each a message with descriptors.

use runnel_enter::sys::{self, Errno, number};
use runnel_enter::{Entry, Signals, SockFilter};

/// Most instructions of a filter.
const INSTRUCTIONS: usize = 4096;
/// Most descriptors of a request: init, leash, three streams, cgroups.
const DESCRIPTORS: usize = 32;
/// Those that every request has.
const FIXED: usize = 5;

const VERSION: u32 = 1;
const INTO_CGROUP: u32 = 1;

const EBADMSG: Errno = Errno(74);

const SOL_SOCKET: u64 = 1;
const SO_TYPE: usize = 3;
const SOCK_STREAM: i32 = 1;
const SCM_RIGHTS: u64 = 1;
const MSG_CMSG_CLOEXEC: usize = 0x4000_0000;
const MSG_TRUNC: u64 = 0x20;
const MSG_CTRUNC: u64 = 0x08;

/// Whether a socket is a leash, which is a stream, and not a zygote's.
pub fn is_leash(socket: i32) -> Result<bool, Errno> {
    let (mut kind, mut length) = (0_i32, size_of::<i32>() as u32);
    let [kind_at, length_at] = [(&raw mut kind) as usize, (&raw mut length) as usize];
    let arguments = [socket as usize, SOL_SOCKET as usize, SO_TYPE, kind_at, length_at, 0];
    // SAFETY: the kernel writes into the two integers.
    unsafe { sys::call(number::GETSOCKOPT, arguments) }?;
    Ok(kind == SOCK_STREAM)
}

/// The guests' system call filter.
pub struct Filter {
    instructions: [SockFilter; INSTRUCTIONS],
    length: usize,
}

impl Filter {
    pub const fn new() -> Self {
        Self { instructions: [SockFilter { code: 0, jt: 0, jf: 0, k: 0 }; INSTRUCTIONS], length: 0 }
    }

    /// Receives it, as one message.
    pub fn receive(&mut self, socket: i32) -> Result<(), Errno> {
        let [bytes, message] = [self.instructions.as_mut_ptr() as usize, size_of_val(&self.instructions)];
        let received = loop {
            // SAFETY: the kernel writes no more than the instructions' bytes, and any bytes are instructions.
            match unsafe { sys::call(number::READ, [socket as usize, bytes, message, 0, 0, 0]) } {
                Err(Errno::INTR) => {}
                other => break other?,
            }
        };
        if received == 0 || received % size_of::<SockFilter>() != 0 {
            return Err(EBADMSG);
        }
        self.length = received / size_of::<SockFilter>();
        Ok(())
    }

    pub fn instructions(&self) -> &[SockFilter] {
        &self.instructions[..self.length]
    }
}

/// A request to fork into a cell. Its descriptors are closed when it is dropped.
pub struct Request {
    into_cgroup: bool,
    descriptors: [i32; DESCRIPTORS],
    count: usize,
}

impl Request {
    /// The next one; none when the socket has ended.
    pub fn receive(socket: i32) -> Result<Option<Self>, Errno> {
        // Version and flags; one word more, so that what is too long is seen.
        let mut body = [0_u32; 3];
        let part = [body.as_mut_ptr() as u64, size_of_val(&body) as u64];
        // `struct cmsghdr`, whose length, level and type are two words, then the numbers, two to a word.
        let mut control = [0_u64; 2 + DESCRIPTORS / 2];
        // `struct msghdr`: no address, one part, the control message, flags. Little-endian: the paddings stay 0.
        let mut header =
            [0, 0, part.as_ptr() as u64, 1, control.as_mut_ptr() as u64, size_of_val(&control) as u64, 0];
        let arguments = [socket as usize, header.as_mut_ptr() as usize, MSG_CMSG_CLOEXEC, 0, 0, 0];
        let length = loop {
            // SAFETY: the kernel writes into the three arrays, no more than their sizes.
            match unsafe { sys::call(number::RECVMSG, arguments) } {
                Err(Errno::INTR) => {}
                other => break other?,
            }
        };
        if length == 0 {
            return Ok(None);
        }
        let mut request =
            Self { into_cgroup: body[1] & INTO_CGROUP != 0, descriptors: [-1; DESCRIPTORS], count: 0 };
        let (used, kind) = (control[0] as usize, control[1]);
        if header[5] >= 16 && kind == SCM_RIGHTS << 32 | SOL_SOCKET {
            request.count = (used.saturating_sub(16) / size_of::<i32>()).min(DESCRIPTORS);
            for (place, descriptor) in request.descriptors[..request.count].iter_mut().enumerate() {
                *descriptor = (control[2 + place / 2] >> (32 * (place % 2))) as i32;
            }
        }
        let whole = length == 8 && header[6] & (MSG_TRUNC | MSG_CTRUNC) == 0;
        if !whole || body[0] != VERSION || body[1] & !INTO_CGROUP != 0 || request.count < FIXED {
            return Err(EBADMSG);
        }
        Ok(Some(request))
    }

    pub fn leash(&self) -> i32 {
        self.descriptors[1]
    }

    /// What it asks for. An interpreter goes on in the sealed process, so its signals stay as they are.
    pub fn entry<'a>(&'a self, filter: &'a Filter) -> Entry<'a> {
        let [init, leash, input, output, error, ..] = self.descriptors;
        Entry {
            init,
            leash,
            stdio: [input, output, error],
            cgroups: &self.descriptors[FIXED..self.count],
            into_cgroup: self.into_cgroup,
            filter: filter.instructions(),
            signals: Signals::Keep,
        }
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.descriptors[..self.count].iter().for_each(|&descriptor| sys::close(descriptor));
    }
}
