//! `cargo xtask scale`: the whole export at growing sizes, beside the script that a user would write.

use std::path::Path;
use std::process::Command;

use crate::interop;
use crate::step::{Outcome, cargo, run};

/// Builds for speed, measures, and writes docs/scale.md and docs/scale.svg; it takes minutes, on a machine that should
/// have nothing else to do.
pub fn measure(root: &Path) -> Outcome {
    let python = match interop::prepare(root) {
        Ok(python) => python,
        Err(outcome) => return outcome,
    };
    let build = ["build", "--release", "--locked", "-p", "takeout-export", "-p", "testdc"];
    let outcome = run(cargo().current_dir(root).args(build));
    if !matches!(outcome, Outcome::Passed) {
        return outcome;
    }
    let programs = interop::target_dir(root).join("release");
    run(Command::new(python)
        .current_dir(root.join("interop"))
        .arg("scale.py")
        .arg(programs.join("takeout-export"))
        .arg(programs.join("testdc"))
        .arg(root.join("docs")))
}
