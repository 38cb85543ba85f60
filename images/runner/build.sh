#!/usr/bin/env bash
# Builds the static programs and Python's extension and puts them into target/dist. `build.sh check` runs the gates and tests instead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

# A static program must be built with --target, or build scripts and macros would be static too, which they can't be.
target=$(uname -m)-unknown-linux-gnu

check_tools() {
    command -v cargo >/dev/null || die "The runner is built by cargo and found none. Install Rust 1.88 or newer (rustup)."
    local sysroot
    sysroot=$(rustc --print sysroot)
    [ -d "$sysroot/lib/rustlib/$target/lib" ] ||
        die "Rust's target $target is missing. Add it: rustup target add $target"
    [ -e "$(cc -print-file-name=libc.a)" ] ||
        die "The static C library (libc.a) is missing. Install it (Debian: apt-get install libc6-dev)."
}

check() {
    cargo fmt --all --check
    cargo clippy --locked --workspace --all-targets -- -D warnings
    # Tests of the runner start programs of the other packages, which are no dependencies of theirs.
    cargo build --locked --workspace
    cargo test --locked --workspace
    # The walls again where runners make the tree of their cells themselves, as in containers.
    RUNNEL_ASSEMBLE=1 cargo test --locked -p runnel-runner --test 'walls_*'
    # What holds without the filter, and what becomes of an entry that fails at each of its steps.
    cargo test --locked -p runnel-cell-init --features faults,no-seccomp
    # The same of whole cells, by runners that make mistakes on demand; in a folder of their own, out of anybody's way.
    cargo build --locked --target-dir target/walls -p runnel-cell-init
    cargo test --locked --target-dir target/walls -p runnel-runner --features faults --test walls_faults
    cargo test --locked --target-dir target/walls -p runnel-runner --features no-seccomp --test walls_unfiltered
}

build() {
    RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --locked --target "$target" \
        -p runnel-runner -p runnel-cell-init
    # Python loads it, so it is shared, and what it needs is in the interpreter already.
    cargo build --release --locked --target "$target" -p runnel-python-cell
    mkdir -p target/dist
    for program in runnel-runner runnel-launch runnel-cell-init; do
        deliver "$program" "$program"
        case $(readelf --program-headers "target/dist/$program") in
            *INTERP*) die "$program is not static." ;;
        esac
    done
    [ "$(stat -c %s target/dist/runnel-cell-init)" -lt 16384 ] || die "runnel-cell-init is in every cell: too large."
    deliver lib_runnel_cell.so _runnel_cell.abi3.so
    case $(readelf --dynamic target/dist/_runnel_cell.abi3.so) in
        *NEEDED*) die "_runnel_cell.abi3.so needs a library: it would not load everywhere." ;;
    esac
}

# Written beside and renamed: a copy onto a running program fails, and an interrupted one leaves half of it.
deliver() {
    strip -o "target/dist/.$2" "target/$target/release/$1"
    if ! cmp --silent "target/dist/.$2" "target/dist/$2"; then
        mv "target/dist/.$2" "target/dist/$2"
    fi
    rm -f "target/dist/.$2"
    printf '%s: %s bytes\n' "$2" "$(stat -c %s "target/dist/$2")"
}

check_tools
case ${1:-build} in
    build) build ;;
    check) check ;;
    *) die "usage: build.sh [build|check]" ;;
esac
