#!/usr/bin/env bash
# Builds the two static programs and puts them into target/dist. `build.sh check` runs the gates and tests instead.
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
    cargo test --locked --workspace
}

build() {
    RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --locked --target "$target"
    mkdir -p target/dist
    for program in runnel-runner runnel-launch; do
        # Written beside and renamed: a copy onto a running program fails, and an interrupted one leaves half of it.
        strip -o "target/dist/.$program" "target/$target/release/$program"
        if ! cmp --silent "target/dist/.$program" "target/dist/$program"; then
            mv "target/dist/.$program" "target/dist/$program"
        fi
        rm -f "target/dist/.$program"
        printf '%s: %s bytes\n' "$program" "$(stat -c %s "target/dist/$program")"
        case $(readelf --program-headers "target/dist/$program") in
            *INTERP*) die "$program is not static." ;;
        esac
    done
}

check_tools
case ${1:-build} in
    build) build ;;
    check) check ;;
    *) die "usage: build.sh [build|check]" ;;
esac
