//! `cargo xtask sweep`: the long forms of tests of which `cargo xtask test` takes a sample. Figures: `docs/sweeps.md`.

use std::path::Path;
use std::process::Command;

use crate::interop;
use crate::step::{Outcome, cargo, run};

/// What to sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Sweep {
    /// Every seed and every size of the data centre's address books, exported and held against the truth
    Books,
    /// The link cut after every byte, in virtual time and over TCP
    Breaks,
    /// Whole exports with the link cut after every byte, in virtual time and over TCP
    Exports,
    /// Single bytes changed on their way
    Corruption,
    /// kill -9 at 200 moments of logins and exports
    Kills,
    /// A thousand connections to testdc at once, with ten thousand accounts
    Crowd,
    /// Eleven million phone numbers, by the table of numbering plans and by the library that it is made from
    Phones,
    /// What a connection costs, beside Telethon; writes docs/connections.md
    Connections,
}

/// One sweep, or all.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// All of them without this
    what: Option<Sweep>,
}

/// Runs what was asked for; it takes minutes.
pub fn run_asked(root: &Path, arguments: &Arguments) -> Outcome {
    let all = [
        Sweep::Books,
        Sweep::Breaks,
        Sweep::Exports,
        Sweep::Corruption,
        Sweep::Kills,
        Sweep::Crowd,
        Sweep::Phones,
        Sweep::Connections,
    ];
    for sweep in all.into_iter().filter(|sweep| arguments.what.is_none_or(|what| what == *sweep)) {
        let outcome = run_one(root, sweep);
        if !matches!(outcome, Outcome::Passed) {
            return outcome;
        }
    }
    Outcome::Passed
}

fn run_one(root: &Path, sweep: Sweep) -> Outcome {
    let it = ["--test", "it"].as_slice();
    let (package, tests, filter, variable, value) = match sweep {
        Sweep::Books => ("takeout-export", it, "truth::", "TAKEOUT_EXPORT_SWEEP", "1"),
        Sweep::Breaks => (
            "mtproto",
            &["--features", "test-util", "--test", "it"][..],
            "sweeps::breaks",
            "MTPROTO_SWEEP",
            "full",
        ),
        Sweep::Exports => ("takeout-export", it, "breaks::", "TAKEOUT_EXPORT_BREAKS", "full"),
        Sweep::Corruption => ("mtproto", it, "sweeps::single", "MTPROTO_SWEEP", "full"),
        Sweep::Kills => ("takeout-export", it, "kills::", "TAKEOUT_EXPORT_KILLS", "200"),
        Sweep::Phones => ("contacts", &["--lib"][..], "plans::", "CONTACTS_SWEEP", "full"),
        Sweep::Connections => return connections(root),
        Sweep::Crowd => ("testdc", it, "crowd::", "TESTDC_SWEEP", "full"),
    };
    let mut test = cargo();
    test.current_dir(root).env(variable, value);
    run(test.args(["test", "--locked", "-p", package]).args(tests).args([filter, "--", "--nocapture"]))
}

/// Builds for speed, measures, and writes the page; two minutes behind the build, on a machine that should have nothing
/// else to do.
fn connections(root: &Path) -> Outcome {
    let python = match interop::prepare(root) {
        Ok(python) => python,
        Err(outcome) => return outcome,
    };
    for what in [["-p", "testdc", "--bin", "testdc"], ["-p", "tg-client", "--example", "connections"]] {
        let outcome = run(cargo().current_dir(root).args(["build", "--release", "--locked"]).args(what));
        if !matches!(outcome, Outcome::Passed) {
            return outcome;
        }
    }
    let programs = interop::target_dir(root).join("release");
    run(Command::new(python)
        .current_dir(root.join("interop"))
        .arg("connections.py")
        .arg(programs.join("examples/connections"))
        .arg(programs.join("testdc"))
        .arg(root.join("docs")))
}
