# Sourced by the scripts beside it: where this checkout is, and the two tools every script needs, a JDK 25 and a
# Maven new enough. Nothing but install_packages changes the machine outside the checkout's .build folder.
set -euo pipefail

RUNNEL_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD_DIR=${RUNNEL_BUILD_DIR:-$RUNNEL_ROOT/.build}

say() { printf '%s\n' "$*" >&2; }
die() {
    say "$*"
    exit 1
}

# The feature version of the JDK in $1 (25), or nothing when there is none.
jdk_version() {
    [ -x "$1/bin/javac" ] || return 0
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null
}

# Exports JAVA_HOME as a JDK 25 or newer: the one it names already, the one on the PATH, or one in the usual places.
use_jdk() {
    local candidate on_path
    on_path=$(command -v javac || true)
    [ -n "$on_path" ] && on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /opt/*jdk* "$HOME"/.sdkman/candidates/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        [ -n "$candidate" ] || continue
        if [ "$(jdk_version "$candidate")" -ge 25 ] 2>/dev/null; then
            export JAVA_HOME=$candidate
            return 0
        fi
    done
    die "Runnel needs a JDK 25 or newer and found none. Install one (for example Temurin 25) and set JAVA_HOME to it."
}

# Sets MAVEN to a Maven of at least 3.9.6: the one on the PATH, or one that the installed Maven fetches as an artifact
# into .build (Debian 12 has 3.8.7, which the protobuf plugin refuses).
use_maven() {
    local wanted=3.9.11 have
    MAVEN=$(command -v mvn || true)
    [ -n "$MAVEN" ] || die "Runnel is built by Maven and found no mvn on the PATH. Install it (Debian: apt-get install maven)."
    have=$("$MAVEN" --version 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p' | head -n 1)
    if [ "$(printf '%s\n' 3.9.6 "$have" | sort -V | head -n 1)" = 3.9.6 ]; then
        return 0
    fi
    if [ ! -x "$BUILD_DIR/apache-maven-$wanted/bin/mvn" ]; then
        say "Maven $have is older than 3.9.6: fetching $wanted into $BUILD_DIR"
        mkdir -p "$BUILD_DIR"
        (cd "$BUILD_DIR" && "$MAVEN" --batch-mode --quiet org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack \
            -Dartifact="org.apache.maven:apache-maven:$wanted:zip:bin" -DoutputDirectory="$BUILD_DIR" >&2) ||
            die "Maven $wanted could not be fetched. Install Maven 3.9.6 or newer and put it on the PATH."
        chmod +x "$BUILD_DIR/apache-maven-$wanted/bin/mvn"
    fi
    MAVEN=$BUILD_DIR/apache-maven-$wanted/bin/mvn
}

# Exports DOCKER_HOST for the tests: what it names already, or the engine of dev/engine, which runs until this script ends
# if it did not before. Without one the tests that need it say that they are skipped, or fail where CI=true.
use_engine() {
    [ -z "${DOCKER_HOST:-}" ] || return 0
    if ! "$RUNNEL_ROOT/dev/engine" status >/dev/null 2>&1; then
        trap '"$RUNNEL_ROOT/dev/engine" down 2>/dev/null || true' EXIT
    fi
    if "$RUNNEL_ROOT/dev/engine" up; then
        eval "$("$RUNNEL_ROOT/dev/engine" env)"
    else
        say "There is no Docker engine: what needs one is NOT tested."
    fi
}

# Installs the Debian packages named, as root on Debian or Ubuntu; otherwise says how to, and fails. What apt says
# goes to standard output.
install_packages() {
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        say "Missing: $*. Install them (Debian, Ubuntu: sudo apt-get install $*)."
        return 1
    fi
    say "Installing $*"
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@") 2>&1
}
