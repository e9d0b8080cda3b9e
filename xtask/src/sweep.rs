//! `cargo xtask sweep`: every seed and every size of the data centre's address books, exported and held against the
//! truth. `cargo xtask test` takes a sample of it.

use std::path::Path;

use crate::step::{Outcome, cargo, run};

/// Runs the comparison with all seeds and sizes; it takes minutes.
pub fn run_all(root: &Path) -> Outcome {
    let mut test = cargo();
    test.current_dir(root).env("TAKEOUT_EXPORT_SWEEP", "1");
    test.args(["test", "--locked", "-p", "takeout-export", "--test", "it", "truth::", "--", "--nocapture"]);
    run(&mut test)
}
