//! The table of `docs/fuzzing.md`: what every target has run, summed over all runs.

use std::fs;
use std::path::Path;

use crate::fuzz::run::Run;

const DOCUMENT: &str = "docs/fuzzing.md";

/// Adds a run to the target's row.
pub(super) fn add(root: &Path, target: &str, run: &Run) -> Result<(), String> {
    let path = root.join(DOCUMENT);
    let place = |error: std::io::Error| format!("{}: {error}", path.display());
    let text = fs::read_to_string(&path).map_err(place)?;
    let added = added(&text, target, run).ok_or_else(|| format!("{DOCUMENT} has no row for {target}"))?;
    fs::write(&path, added).map_err(place)
}

/// The document with the run in it. A row is: target, what must hold, executions, seconds, findings.
fn added(text: &str, target: &str, run: &Run) -> Option<String> {
    let start = format!("| `{target}` |");
    let mut is_found = false;
    let lines = text.lines().map(|line| {
        let row = line.strip_prefix(&start).and_then(|rest| changed(rest, run));
        is_found |= row.is_some();
        row.map_or_else(|| line.to_owned(), |rest| format!("{start}{rest}"))
    });
    let lines: Vec<_> = lines.collect();
    is_found.then(|| lines.join("\n") + "\n")
}

fn changed(rest: &str, run: &Run) -> Option<String> {
    let cells: Vec<_> = rest.trim().strip_suffix('|')?.split('|').map(str::trim).collect();
    let [holds, executions, seconds, findings] = *cells.as_slice() else { return None };
    let executions = grouped(number(executions)? + run.executions);
    let seconds = grouped(number(seconds)? + run.seconds);
    let findings = grouped(number(findings)? + u64::from(run.finding.is_some()));
    Some(format!(" {holds} | {executions} | {seconds} | {findings} |"))
}

fn number(text: &str) -> Option<u64> {
    text.replace(',', "").parse().ok()
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::all_targets;

    const TABLE: &str =
        "# x\n\n| target | what |\n|---|---|\n| `frame` | all of it | 999,990 | 25 | 0 |\nend\n";

    #[test]
    fn runs_are_summed() {
        let mut run = Run { executions: 15, seconds: 600, finding: None };
        let once = added(TABLE, "frame", &run).unwrap();
        assert!(once.contains("\n| `frame` | all of it | 1,000,005 | 625 | 0 |\nend\n"), "{once}");
        run.finding = Some("crash".into());
        let twice = added(&once, "frame", &run).unwrap();
        assert!(twice.contains("| 1,000,020 | 1,225 | 1 |"), "{twice}");
        assert_eq!(added(TABLE, "other", &run), None);
    }

    /// Every target has a row that a run can be added to.
    #[test]
    fn the_document_has_a_row_for_each_target() {
        let text = fs::read_to_string(crate::root().join(DOCUMENT)).unwrap();
        let run = Run { executions: 1, seconds: 1, finding: None };
        for target in all_targets(crate::root()).unwrap() {
            assert!(added(&text, &target, &run).is_some(), "{target}");
        }
    }
}
