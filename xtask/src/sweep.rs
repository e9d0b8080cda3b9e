//! `cargo xtask sweep`: every seed and every size of the data centre's address books, exported and held against the
//! truth; `cargo xtask sweep kills`: kill -9 at 200 moments of login and export. `cargo xtask test` takes a sample of
//! both.

use std::path::Path;

use crate::step::{Outcome, cargo, run};

/// Runs the comparison with all seeds and sizes; it takes minutes.
pub fn run_all(root: &Path) -> Outcome {
    let mut test = cargo();
    test.current_dir(root).env("TAKEOUT_EXPORT_SWEEP", "1");
    test.args(["test", "--locked", "-p", "takeout-export", "--test", "it", "truth::", "--", "--nocapture"]);
    run(&mut test)
}

/// Ends logins and exports at 200 random moments; it takes minutes.
pub fn run_kills(root: &Path) -> Outcome {
    let mut test = cargo();
    test.current_dir(root).env("TAKEOUT_EXPORT_KILLS", "200");
    test.args(["test", "--locked", "-p", "takeout-export", "--test", "it", "kills::", "--", "--nocapture"]);
    run(&mut test)
}
