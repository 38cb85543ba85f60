//! Generates two Rust files: the protocol's messages from runner.proto, and the system call tables from the data file
//! `seccomp/guest.filter`. A name that libc doesn't know is a compile error, so the data can't be silently wrong.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

const PROTO_ROOT: &str = "../../proto/src/main/proto";
const PROTO: &str = "runnel/runner/v1/runner.proto";
const FILTER: &str = "seccomp/guest.filter";

fn main() {
    println!("cargo:rerun-if-changed={PROTO_ROOT}/{PROTO}");
    println!("cargo:rerun-if-changed={FILTER}");
    let descriptors = protox::compile([PROTO], [PROTO_ROOT]).expect("runner.proto compiles");
    let mut config = prost_build::Config::new();
    config.disable_comments(["."]);
    config.compile_fds(descriptors).expect("runner.proto becomes Rust");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let text = fs::read_to_string(FILTER).expect("seccomp/guest.filter is readable");
    fs::write(out.join("guest_filter.rs"), tables(&text)).expect("OUT_DIR is writable");
}

/// Turns the filter's lines into two tables: calls allowed, and calls refused (under a condition).
fn tables(text: &str) -> String {
    let mut allowed = String::from("/// System calls a guest may make.\npub static ALLOWED: &[i64] = &[\n");
    let mut counted = String::from(
        "/// System calls a guest may make whose memory a cgroup counts.\npub static ALLOWED_IF_COUNTED: &[i64] = &[\n",
    );
    let mut nursery = String::from(
        "/// System calls that make and enter cells.\npub static ALLOWED_IN_NURSERY: &[i64] = &[\n",
    );
    let mut refused = String::from(
        "/// System calls that are answered without being made, and when.\npub static REFUSED: &[Refusal] = &[\n",
    );
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        let Some((verb, rest)) = line.split_once(' ') else {
            assert!(line.is_empty(), "{FILTER}:{}: what is '{line}'?", number + 1);
            continue;
        };
        let (verb, gate) = match verb.split_once('@') {
            Some((verb, arch)) => (verb, format!("#[cfg(target_arch = \"{arch}\")] ")),
            None => (verb, String::new()),
        };
        match verb {
            "group" => {}
            "allow" => names(&mut allowed, &gate, rest),
            "allow-counted" => names(&mut counted, &gate, rest),
            "allow-in-nursery" => names(&mut nursery, &gate, rest),
            "refuse" => refusals(&mut refused, &gate, rest, "libc::EPERM"),
            "ignore" => refusals(&mut refused, &gate, rest, "0"),
            _ => panic!("{FILTER}:{}: what is '{verb}'?", number + 1),
        }
    }
    format!("{allowed}];\n\n{counted}];\n\n{nursery}];\n\n#[allow(clippy::unnecessary_cast)]\n{refused}];\n")
}

fn names(out: &mut String, gate: &str, names: &str) {
    for name in names.split_whitespace() {
        writeln!(out, "    {gate}libc::SYS_{name},").expect("a String takes all");
    }
}

/// `NAME...` or `NAME when CONDITION and CONDITION`.
fn refusals(out: &mut String, gate: &str, rest: &str, errno: &str) {
    let (names, conditions) = match rest.split_once(" when ") {
        Some((name, when)) => (name, when.split(" and ").map(condition).collect::<Vec<_>>().join(", ")),
        None => (rest, String::new()),
    };
    for name in names.split_whitespace() {
        writeln!(out, "    {gate}Refusal {{ call: libc::SYS_{name}, errno: {errno}, when: &[{conditions}] }},")
            .expect("a String takes all");
    }
}

/// `argN is V`, `argN is-not V`, `argN has V` (all bits of V), `argN & MASK is V`; `argN-high` for the upper half.
fn condition(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (name, high) = words[0].strip_suffix("-high").map_or((words[0], false), |name| (name, true));
    let argument: u8 = name.strip_prefix("arg").and_then(|n| n.parse().ok()).expect("argN");
    let test = match words[1..] {
        ["is", value] => format!("Test::Is({})", constant(value)),
        ["is-not", value] => format!("Test::IsNot({})", constant(value)),
        ["has", value] => format!("Test::Masked({0}, {0})", constant(value)),
        ["&", mask, "is", value] => format!("Test::Masked({}, {})", constant(mask), constant(value)),
        _ => panic!("{FILTER}: what is '{text}'?"),
    };
    format!("Condition {{ argument: {argument}, high: {high}, test: {test} }}")
}

/// A number stays, a name is libc's. Arguments are compared as the kernel's 32 bits.
fn constant(text: &str) -> String {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        text.to_owned()
    } else {
        format!("libc::{text} as u32")
    }
}
