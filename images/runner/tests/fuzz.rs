//! The frame decoder, and the whole runner, against whatever a peer may send.

mod common;

use common::{Options, Sandbox, bash};
use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message;
use runnel_runner::wire::proto::{Credit, Exec, Get, Hello, List, Put, Ready, Signal};
use runnel_runner::wire::{Decoder, Frame, FrameType, Incoming, MAX_PAYLOAD, header};

/// So many cases, or as many as PROPTEST_CASES says.
fn cases(cases: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(cases), failure_persistence: None, ..ProptestConfig::default() }
}

/// Feeds bytes in pieces; returns the frames until the first violation.
fn decode(bytes: &[u8], pieces: &[usize]) -> (Vec<Frame>, bool) {
    let mut decoder = Decoder::default();
    let mut frames = Vec::new();
    let mut rest = bytes;
    let mut pieces = pieces.iter().cycle();
    while !rest.is_empty() {
        let space = decoder.space();
        assert!(!space.is_empty() && space.len() <= 2 * (16 + MAX_PAYLOAD));
        let length = rest.len().min(space.len()).min(*pieces.next().expect("cycled"));
        space[..length].copy_from_slice(&rest[..length]);
        decoder.filled(length);
        rest = &rest[length..];
        loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(_) => return (frames, true),
            }
        }
    }
    (frames, false)
}

/// A frame as a daemon would send it, often right and often not.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let kind = prop_oneof![
        8 => prop::sample::select(vec![2_i32, 4, 16, 21, 22, 23, 24, 25, 32, 33, 35, 39]),
        1 => 0..64_i32,
    ];
    let flags = prop_oneof![12 => Just(0_u8), 2 => Just(1), 1 => any::<u8>()];
    let run = prop_oneof![8 => 0..4_u64, 1 => any::<u64>()];
    (kind, flags, run, payload()).prop_map(|(kind, flags, run, payload)| {
        let mut bytes = header(FrameType::Ping, false, run, payload.len()).to_vec();
        bytes[4] = kind as u8;
        bytes[5] = flags;
        bytes.extend(payload);
        bytes
    })
}

/// Messages that parse, and bytes that need not.
fn payload() -> impl Strategy<Value = Vec<u8>> {
    let path = prop::sample::select(vec!["", "a", "a/b", "../x", "/tmp/x", "\0", "a/../../b"]);
    let file = (path, 0..100_000_u64, any::<u32>()).prop_map(|(path, size, mode)| {
        let path = path.as_bytes().to_vec();
        match mode % 3 {
            0 => Put { path, mode, size: size % 50, cell: 0 }.encode_to_vec(),
            1 => Get { path, max_bytes: size, initial_credit: mode, cell: 0 }.encode_to_vec(),
            _ => List { path, max_entries: mode, cell: 0 }.encode_to_vec(),
        }
    });
    let program =
        prop::sample::select(vec!["true", "yes", "cat", "sleep 100", "exit 3", "no-such-command; echo x >&2"]);
    let exec = (program, any::<u32>(), 0..3_u64).prop_map(|(script, credit, wall)| {
        let mut exec = bash(script);
        exec.initial_credit = credit % 100_000;
        exec.limits.as_mut().expect("limits").wall_time_micros = wall * 100_000;
        Exec { merge_stderr: credit % 2 == 0, ..exec }.encode_to_vec()
    });
    prop_oneof![
        4 => Just(Vec::new()),
        4 => exec,
        3 => file,
        2 => any::<u32>().prop_map(|bytes| Credit { bytes }.encode_to_vec()),
        1 => (0..70_u32).prop_map(|number| Signal { number }.encode_to_vec()),
        2 => vec(any::<u8>(), 0..200),
    ]
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in vec(any::<u8>(), 0..4000), pieces in vec(1..500_usize, 1..5)) {
        for frame in decode(&bytes, &pieces).0 {
            let _ = Incoming::decode(frame);
        }
    }

    #[test]
    fn no_frames_make_the_decoder_panic(frames in vec(frame(), 0..30), pieces in vec(1..500_usize, 1..5)) {
        for frame in decode(&frames.concat(), &pieces).0 {
            let _ = Incoming::decode(frame);
        }
    }

    #[test]
    fn where_the_stream_is_cut_makes_no_difference(frames in vec(frame(), 0..20), pieces in vec(1..500_usize, 1..5)) {
        let bytes = frames.concat();

        prop_assert_eq!(decode(&bytes, &pieces), decode(&bytes, &[usize::MAX]));
    }

    #[test]
    fn a_message_in_frames_comes_out_whole(content in vec(any::<u8>(), 1..5000), step in 1..1000_usize) {
        let pieces: Vec<&[u8]> = content.chunks(step).collect();
        let last = pieces.len() - 1;
        let framed = pieces.iter().enumerate().flat_map(|(index, piece)| {
            [&header(FrameType::Exec, index < last, 9, piece.len())[..], piece].concat()
        });

        let (frames, violated) = decode(&framed.collect::<Vec<u8>>(), &[333]);

        prop_assert!(!violated);
        prop_assert_eq!(frames, vec![Frame { kind: FrameType::Exec, run: 9, payload: content }]);
    }
}

proptest! {
    #![proptest_config(cases(150))]

    /// Whatever was sent, the runner answers a ping or gives up in order; it neither hangs nor crashes.
    #[test]
    fn the_runner_stays_up_or_says_why_not(frames in vec(frame(), 0..30)) {
        let mut sandbox = Sandbox::connect(Options::default());
        let _: Hello = sandbox.channel.expect(FrameType::Hello);
        sandbox.channel.send(FrameType::Welcome, 0, &common::welcome());
        let _: Ready = sandbox.channel.expect(FrameType::Ready);

        // It may give up in the middle and hang up while this is still writing.
        let ping = header(FrameType::Ping, false, 0, 0);
        let _ = std::io::Write::write_all(&mut sandbox.channel.stream(), &frames.concat());
        let _ = std::io::Write::write_all(&mut sandbox.channel.stream(), &ping);

        let (mut pong, mut fatal) = (false, false);
        while !pong && !fatal {
            let (kind, ..) = sandbox.channel.message().expect("the channel ended without a word");
            pong |= kind == FrameType::Pong;
            fatal |= kind == FrameType::Fatal;
        }
        let _ = sandbox.channel.stream().shutdown(std::net::Shutdown::Write);
        while let Some((kind, ..)) = sandbox.channel.message() {
            fatal |= kind == FrameType::Fatal;
        }
        let expected = if fatal { 70 } else { 0 };
        prop_assert_eq!(sandbox.hang_up(), Some(expected));
    }
}
