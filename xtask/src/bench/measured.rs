//! What the benches measured.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::rows::{Of, Rows};
use crate::step::{Outcome, cargo, run};

/// Times and counts by criterion's name of the case.
#[derive(Debug, Default)]
pub struct Measured {
    /// The median of each round, in nanoseconds.
    nanos: BTreeMap<String, Vec<f64>>,
    counts: BTreeMap<String, Counted>,
}

/// A line of benches/benches/allocations.rs.
#[derive(Debug, Clone, Deserialize)]
struct Counted {
    case: String,
    allocations: f64,
    peak_bytes: f64,
    reply_bytes: f64,
}

/// The part of criterion's `estimates.json` that is read here.
#[derive(Debug, Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Debug, Deserialize)]
struct Estimate {
    point_estimate: f64,
}

fn folder(root: &Path) -> PathBuf {
    root.join("target/xtask-bench")
}

/// Runs one bench file; short, because there are several rounds.
pub fn time(root: &Path, bench: &str, profile: &str) -> Result<(), String> {
    let mut command = cargo();
    command.current_dir(root).env("CRITERION_HOME", folder(root));
    command.args(["bench", "--locked", "--profile", profile, "-p", "benches", "--bench", bench]);
    command.args(["--", "--noplot", "--quiet"]);
    command.args(["--warm-up-time", "0.3", "--measurement-time", "1", "--sample-size", "10"]);
    match run(&mut command) {
        Outcome::Passed => Ok(()),
        Outcome::Failed(why) | Outcome::Skipped(why) => Err(why),
    }
}

impl Measured {
    /// Adds a round: what criterion wrote last.
    pub fn take(&mut self, root: &Path, rows: &Rows) -> Result<(), String> {
        for case in rows.cases() {
            let path = folder(root).join(&case).join("new/estimates.json");
            let text =
                fs::read_to_string(&path).map_err(|error| format!("{case} was not measured: {error}"))?;
            let estimates: Estimates =
                serde_json::from_str(&text).map_err(|error| format!("{case}: {error}"))?;
            self.nanos.entry(case).or_default().push(estimates.median.point_estimate);
        }
        Ok(())
    }

    /// Runs the bench that counts.
    pub fn count(&mut self, root: &Path) -> Result<(), String> {
        let mut command = cargo();
        command.current_dir(root).args(["bench", "--locked", "-p", "benches", "--bench", "allocations"]);
        let output = command.output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        for line in String::from_utf8_lossy(&output.stdout).lines().filter(|line| line.starts_with('{')) {
            let counted: Counted = serde_json::from_str(line).map_err(|error| format!("{line}: {error}"))?;
            self.counts.insert(counted.case.clone(), counted);
        }
        Ok(())
    }

    /// The median over the rounds.
    pub fn nanos(&self, case: &str) -> Option<f64> {
        self.nanos.get(case).and_then(|rounds| median(rounds.clone()))
    }

    /// How many times the time of `one` the time of `other` is: both of one round, and then the median of the rounds.
    pub fn ratio(&self, other: &str, one: &str) -> Option<f64> {
        let (other, one) = (self.nanos.get(other)?, self.nanos.get(one)?);
        median(other.iter().zip(one).map(|(other, one)| other / one).collect())
    }

    /// What was counted.
    pub fn counted(&self, case: &str, of: Of) -> Option<f64> {
        let counted = self.counts.get(case)?;
        Some(match of {
            Of::Allocations => counted.allocations,
            Of::Peak => counted.peak_bytes / counted.reply_bytes,
        })
    }

    /// Allocations and peak heap of every case that was counted.
    pub fn all_counts(&self) -> impl Iterator<Item = (&str, f64, f64)> {
        self.counts.values().map(|one| (one.case.as_str(), one.allocations, one.peak_bytes / one.reply_bytes))
    }

    #[cfg(test)]
    pub fn with_round(mut self, case: &str, nanos: f64) -> Self {
        self.nanos.entry(case.to_owned()).or_default().push(nanos);
        self
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
