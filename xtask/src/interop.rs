//! `cargo xtask interop`: our programs against clients, servers and readers that we did not write.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::step::{Outcome, cargo, run};

/// Prepares a Python environment under `target/`, builds the programs and runs the suite in `interop/`.
pub fn run_suite(root: &Path) -> Outcome {
    let python = match prepare(root) {
        Ok(python) => python,
        Err(outcome) => return outcome,
    };
    // this program too: the file that it was started from may have been written anew by a step before
    for packages in [&["-p", "takeout-export", "-p", "testdc"][..], &["-p", "xtask"]] {
        let build = run(cargo().current_dir(root).args(["build", "--locked"]).args(packages));
        if !matches!(build, Outcome::Passed) {
            return build;
        }
    }
    let programs = target_dir(root).join("debug");
    run(Command::new(python)
        .current_dir(root.join("interop"))
        .args(["-m", "pytest", "-q", "-rs", "--color=no", "-p", "no:cacheprovider"])
        .env("TAKEOUT_EXPORT_BIN", programs.join("takeout-export"))
        .env("TESTDC_BIN", programs.join("testdc"))
        .env("INTEROP_CACHE", target_dir(root).join("interop-packages"))
        .env("XTASK_BIN", programs.join("xtask")))
}

/// The interpreter of an environment that has the pinned requirements.
pub fn prepare(root: &Path) -> Result<PathBuf, Outcome> {
    let folder = target_dir(root).join("interop-venv");
    let python = folder.join("bin/python");
    if !python.exists() {
        let made = run(Command::new("python3").args(["-m", "venv"]).arg(&folder));
        if !matches!(made, Outcome::Passed) {
            return Err(Outcome::Skipped("python3 with its venv module is needed".to_owned()));
        }
    }
    let requirements = root.join("interop/requirements.txt");
    let install =
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(&requirements));
    match install {
        Outcome::Passed => Ok(python),
        _ => Err(Outcome::Skipped(
            "the Python packages of interop/requirements.txt cannot be installed".to_owned(),
        )),
    }
}

/// Where cargo builds.
pub fn target_dir(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}
