//! Listings of a workspace that a hostile program has prepared.

mod common;

use common::files::{get, list, paths, prepared};
use common::{Options, Sandbox, bash};
use runnel_runner::wire::proto::{FileInfo, FileKind, FileProblem};

#[test]
fn a_listing_is_depth_first_by_name_and_tells_kinds() {
    let mut sandbox = prepared(
        "mkdir -p b/c a; echo 12 > b/c/f; touch z b/g; ln -s z l; mkfifo p; chmod 600 z; touch -d @5 z",
    );

    let listing = list(&mut sandbox, "", 100).expect("listed");

    assert_eq!(paths(&listing), ["a", "b", "b/c", "b/c/f", "b/g", "l", "p", "z"]);
    let kinds: Vec<FileKind> = listing.entries.iter().map(FileInfo::kind).collect();
    use FileKind::{Directory, Link, Other, Regular};
    assert_eq!(kinds, [Directory, Directory, Directory, Regular, Regular, Link, Other, Regular]);
    assert_eq!((listing.entries[3].size, listing.entries[7].mode), (3, 0o600));
    assert_eq!(listing.entries[7].modified_micros, 5_000_000);
    assert_eq!(paths(&list(&mut sandbox, "b", 100).expect("listed")), ["b/c", "b/c/f", "b/g"]);
}

#[test]
fn listings_are_bounded_in_entries_depth_and_bytes() {
    let mut sandbox = prepared("mkdir many && cd many && seq 1 20000 | xargs touch");
    let listing = list(&mut sandbox, "", 100).expect("listed");
    assert_eq!((listing.entries.len(), listing.truncated), (100, true));
    let listing = list(&mut sandbox, "", 1_000_000).expect("listed");
    assert_eq!((listing.entries.len(), listing.truncated), (20_001, false));

    let mut sandbox = prepared("for i in $(seq 1 60); do mkdir d && cd d; done");
    let listing = list(&mut sandbox, "", 1000).expect("listed");
    assert_eq!((listing.entries.len(), listing.truncated), (32, true));

    let mut sandbox =
        prepared("name=$(printf 'n%.0s' $(seq 1 240)); for i in $(seq 1 10000); do : > $name$i; done");
    let listing = list(&mut sandbox, "", 1_000_000).expect("listed");
    assert!(listing.truncated && listing.entries.len() > 3000, "{}", listing.entries.len());
}

#[test]
fn another_file_system_beneath_the_workspace_is_not_entered() {
    let bwrap = ["--dir", "/workspace/mounted", "--tmpfs", "/workspace/mounted"].map(str::to_owned).to_vec();
    let mut sandbox = Sandbox::start_with(Options { bwrap, ..Options::default() });
    sandbox.run(&bash("echo x > mounted/f")).assert_succeeded();

    let error = get(&mut sandbox, "mounted/f", 100).expect_err("another file system");

    assert_eq!(error.problem(), FileProblem::LinkOnTheWay);
    assert_eq!(list(&mut sandbox, "", 10).expect("listed").skipped, 1);
}
