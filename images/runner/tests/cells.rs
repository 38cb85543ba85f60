//! Cells: opened, used, closed; what programs see of them.

mod common;

use common::bash;
use common::nursery::Nursery;

#[test]
fn a_program_runs_in_a_cell_and_leaves_nothing() {
    let mut nursery = Nursery::start();

    let ran = nursery.once(&bash("echo $$; echo error >&2; exit 3"));

    assert_eq!((ran.code(), ran.text().as_str(), ran.errors().as_str()), (3, "2\n", "error\n"));
}
