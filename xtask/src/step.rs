//! One step of a longer command: its name, what it ran, how it ended.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// How a step ended.
#[derive(Debug)]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It failed; why.
    Failed(String),
    /// It could not be done here; why.
    Skipped(String),
}

/// The steps of a run, in the order in which they ended.
#[derive(Debug, Default)]
pub struct Report {
    steps: Vec<(&'static str, Outcome, Duration)>,
}

impl Report {
    /// Does one step and prints how it went.
    pub fn step(&mut self, name: &'static str, work: impl FnOnce() -> Outcome) {
        println!("\n== {name}");
        let start = Instant::now();
        let outcome = work();
        let took = start.elapsed();
        match &outcome {
            Outcome::Passed => println!("== {name}: passed in {:.0} s", took.as_secs_f64()),
            Outcome::Failed(why) => println!("== {name}: FAILED: {why}"),
            Outcome::Skipped(why) => println!("== {name}: skipped: {why}"),
        }
        self.steps.push((name, outcome, took));
    }

    /// Prints the summary. `Err` when a step failed, or was skipped without leave in CI.
    pub fn finish(self, root: &Path) -> Result<(), String> {
        let allowed = allowed_skips(root);
        let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
        let (mut passed, mut failed, mut skipped) = (0, 0, 0);
        println!("\nsteps:");
        for (name, outcome, took) in &self.steps {
            let (count, word) = match outcome {
                Outcome::Passed => (&mut passed, "passed".to_owned()),
                Outcome::Failed(why) => (&mut failed, format!("FAILED: {why}")),
                Outcome::Skipped(why) if in_ci && !allowed.contains(*name) => {
                    (&mut failed, format!("SKIPPED, and ci/allowed-skips does not name it: {why}"))
                }
                Outcome::Skipped(why) => (&mut skipped, format!("skipped: {why}")),
            };
            *count += 1;
            println!("  {name:<24} {:>5.0} s  {word}", took.as_secs_f64());
        }
        println!("{passed} passed, {failed} failed, {skipped} skipped");
        if failed == 0 { Ok(()) } else { Err(format!("{failed} steps failed")) }
    }
}

/// Runs a command to its end; its output goes to the terminal.
pub fn run(command: &mut Command) -> Outcome {
    println!("$ {}", shown(command));
    match command.status() {
        Ok(status) if status.success() => Outcome::Passed,
        Ok(status) => Outcome::Failed(format!("{} ended with {status}", shown(command))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Outcome::Skipped(format!("{} is not installed", command.get_program().display()))
        }
        Err(error) => Outcome::Failed(format!("{}: {error}", shown(command))),
    }
}

/// Whether the cargo subcommand is there (`fmt` and `clippy` are components that a toolchain may lack).
pub fn has_cargo_command(name: &str) -> bool {
    cargo().args([name, "--version"]).output().is_ok_and(|output| output.status.success())
}

/// The cargo that runs this program.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

fn allowed_skips(root: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(root.join("ci/allowed-skips")).unwrap_or_default();
    let names = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
