//! Frames, from the daemon's side.

use prost::Message;
use runnel_runner::wire::{FrameType, HEADER_BYTES, MAX_PAYLOAD, header, proto};
use std::collections::{HashMap, VecDeque};
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// Nothing in these tests may take longer to answer.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub enum Event {
    Started(proto::Started),
    StartFailed(proto::StartFailed),
    Stdout(Vec<u8>),
    Stderr(Vec<u8>),
    Credit(u32),
    Exit(proto::Exit),
    PutDone,
    FileInfo(proto::FileInfo),
    FileData(Vec<u8>),
    FileEnd,
    Listing(proto::Listing),
    FileError(proto::FileError),
    CellOpened,
    CellFailed(proto::CellFailed),
    CellClosed,
    Retire(String),
    Pong,
    Fatal(String),
}

pub struct Channel {
    stream: UnixStream,
    /// Events that came while another run's was awaited.
    early: HashMap<u64, VecDeque<Event>>,
}

impl Channel {
    pub fn new(stream: UnixStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        Self { stream, early: HashMap::new() }
    }

    pub fn stream(&self) -> &UnixStream {
        &self.stream
    }

    pub fn send(&mut self, kind: FrameType, run: u64, message: &impl Message) {
        let bytes = message.encode_to_vec();
        let mut pieces = bytes.chunks(MAX_PAYLOAD).peekable();
        if bytes.is_empty() {
            self.raw(kind, run, &[]);
        }
        while let Some(piece) = pieces.next() {
            let more = pieces.peek().is_some();
            self.write(&[&header(kind, more, run, piece.len())[..], piece].concat());
        }
    }

    pub fn raw(&mut self, kind: FrameType, run: u64, payload: &[u8]) {
        self.write(&[&header(kind, false, run, payload.len())[..], payload].concat());
    }

    pub fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("the runner reads");
    }

    pub fn shut(&self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// The next message, which must be of this type and whole in its frames.
    pub fn expect<M: Message + Default>(&mut self, kind: FrameType) -> M {
        let (got, _, payload) = self.message().expect("the runner answers");
        assert_eq!(got, kind, "{payload:?}");
        M::decode(payload.as_slice()).expect("it parses")
    }

    /// The next event of a run; those of others are kept for them.
    pub fn event(&mut self, run: u64) -> Event {
        if let Some(event) = self.early.get_mut(&run).and_then(VecDeque::pop_front) {
            return event;
        }
        loop {
            let (of, event) = self.any();
            if of == run {
                return event;
            }
            if let Event::Fatal(message) = event {
                panic!("the runner gave up: {message}");
            }
            self.early.entry(of).or_default().push_back(event);
        }
    }

    pub fn any(&mut self) -> (u64, Event) {
        let (kind, run, payload) = self.message().expect("the runner answers");
        let bytes = payload.as_slice();
        let event = match kind {
            FrameType::Started => Event::Started(proto::Started::decode(bytes).expect("parses")),
            FrameType::StartFailed => Event::StartFailed(proto::StartFailed::decode(bytes).expect("parses")),
            FrameType::Stdout => Event::Stdout(payload),
            FrameType::Stderr => Event::Stderr(payload),
            FrameType::Credit => Event::Credit(proto::Credit::decode(bytes).expect("parses").bytes),
            FrameType::Exit => Event::Exit(proto::Exit::decode(bytes).expect("parses")),
            FrameType::PutDone => Event::PutDone,
            FrameType::FileInfo => Event::FileInfo(proto::FileInfo::decode(bytes).expect("parses")),
            FrameType::FileData => Event::FileData(payload),
            FrameType::FileEnd => Event::FileEnd,
            FrameType::Listing => Event::Listing(proto::Listing::decode(bytes).expect("parses")),
            FrameType::FileError => Event::FileError(proto::FileError::decode(bytes).expect("parses")),
            FrameType::CellOpened => Event::CellOpened,
            FrameType::CellFailed => Event::CellFailed(proto::CellFailed::decode(bytes).expect("parses")),
            FrameType::CellClosed => Event::CellClosed,
            FrameType::Retire => Event::Retire(proto::Retire::decode(bytes).expect("parses").reason),
            FrameType::Pong => Event::Pong,
            FrameType::Fatal => Event::Fatal(proto::Fatal::decode(bytes).expect("parses").message),
            other => panic!("{other:?} is not the runner's to send"),
        };
        (run, event)
    }

    /// The next message with all its frames, or nothing at the end of the channel.
    pub fn message(&mut self) -> Option<(FrameType, u64, Vec<u8>)> {
        let mut message = Vec::new();
        loop {
            let mut header = [0; HEADER_BYTES];
            if let Err(error) = self.stream.read_exact(&mut header) {
                assert_ne!(error.kind(), std::io::ErrorKind::WouldBlock, "the runner does not answer");
                return None;
            }
            let length = u32::from_be_bytes(header[..4].try_into().expect("four bytes")) as usize;
            let kind = FrameType::try_from(i32::from(header[4])).expect("a known type");
            let run = u64::from_be_bytes(header[8..].try_into().expect("eight bytes"));
            let from = message.len();
            message.resize(from + length, 0);
            self.stream.read_exact(&mut message[from..]).expect("a whole frame");
            if header[5] == 0 {
                return Some((kind, run, message));
            }
        }
    }
}
