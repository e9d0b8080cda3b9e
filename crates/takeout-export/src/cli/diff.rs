//! `takeout-export diff` and `history`: what changed.

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::arguments::{Diff, History};
use super::exit::Exit;
use super::failure::Failure;
use super::output;
use super::summary::{Outcome, Report};
use crate::diff::{Change, Kind, Snapshot, diff, write_parquet};
use crate::history::{Dated, exports};
use crate::read;

/// Compares two exports.
pub(super) fn run(arguments: &Diff) -> Result<Outcome, Failure> {
    let identity = arguments.identity.as_deref();
    let changes = diff(&snapshot(&arguments.old, identity)?, &snapshot(&arguments.new, identity)?);
    if let Some(path) = &arguments.parquet {
        write_parquet(&changes, path).map_err(Failure::Export)?;
    }
    Ok(Outcome::Report(Box::new(Changed { changes, fails: arguments.exit_code })))
}

/// Lists the exports of a history, each with what changed since the one before.
pub(super) fn run_history(arguments: &History) -> Result<Outcome, Failure> {
    let path = &arguments.folder;
    let all = exports(path).map_err(|source| Failure::Input { path: path.clone(), source })?;
    let mut days: Vec<Day> = Vec::with_capacity(all.len());
    let mut last: Option<(i64, Snapshot)> = None;
    for dated in all {
        let now = snapshot(&dated.folder, arguments.identity.as_deref())?;
        let before = last.filter(|(account_id, _)| *account_id == dated.account_id);
        let changes = before.map(|(_, before)| diff(&before, &now));
        let counts = changes.map(|changes| Kind::ALL.map(|kind| count(&changes, kind)));
        days.push(Day { rows: now.rows.len(), counts, dated: dated.clone() });
        last = Some((dated.account_id, now));
    }
    Ok(Outcome::Report(Box::new(Days { folder: path.clone(), days })))
}

fn snapshot(given: &Path, identity: Option<&Path>) -> Result<Snapshot, Failure> {
    let table = read::table(given, identity);
    let snapshot = table.and_then(|table| Snapshot::of(&table).map_err(Into::into));
    snapshot.map_err(|source| Failure::Read { path: read::find(given), source })
}

fn count(changes: &[Change], kind: Kind) -> usize {
    changes.iter().filter(|change| change.change == kind).count()
}

/// What `diff` has to say.
#[derive(Debug)]
struct Changed {
    changes: Vec<Change>,
    fails: bool,
}

impl Report for Changed {
    fn to_json(&self) -> Value {
        let counts = Kind::ALL.map(|kind| (kind.as_str().to_owned(), json!(count(&self.changes, kind))));
        json!({
            "result": "compared",
            "counts": serde_json::Map::from_iter(counts),
            "changes": self.changes,
        })
    }

    fn exit(&self) -> Exit {
        if self.fails && !self.changes.is_empty() { Exit::Different } else { Exit::Done }
    }
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for kind in Kind::ALL {
            let all = self.changes.iter().filter(|change| change.change == kind);
            for (number, change) in all.enumerate() {
                if number == 0 {
                    writeln!(f, "{} ({})", kind.as_str(), count(&self.changes, kind))?;
                }
                writeln!(f, "  {}", Line(change))?;
            }
        }
        match self.changes.len() {
            0 => f.write_str("nothing changed"),
            changes => write!(f, "{changes} changes"),
        }
    }
}

/// A change in words.
struct Line<'a>(&'a Change);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(change) = self;
        let names = (change.name_before.as_deref(), change.name_after.as_deref());
        let phones = (change.phone_before.as_deref(), change.phone_after.as_deref());
        pair(f, names)?;
        if phones != (None, None) {
            f.write_str(", ")?;
            pair(f, phones)?;
        }
        change.user_id.map_or(Ok(()), |id| write!(f, ", id {id}"))
    }
}

/// Before and after, or the one that is there, or that is both. A terminal obeys some characters: those are escaped.
fn pair(f: &mut fmt::Formatter<'_>, texts: (Option<&str>, Option<&str>)) -> fmt::Result {
    let shown = |text: &str| if text.is_empty() { "(no name)".to_owned() } else { output::plain(text) };
    match texts {
        (Some(before), Some(after)) if before != after => write!(f, "{} → {}", shown(before), shown(after)),
        (Some(text), _) | (None, Some(text)) => f.write_str(&shown(text)),
        (None, None) => f.write_str("(none)"),
    }
}

/// What `history` has to say.
#[derive(Debug)]
struct Days {
    folder: PathBuf,
    days: Vec<Day>,
}

/// An export of the history.
#[derive(Debug)]
struct Day {
    dated: Dated,
    rows: usize,
    /// By [`Kind`], in the order of [`Kind::ALL`]; nothing for the first export of an account.
    counts: Option<[usize; Kind::ALL.len()]>,
}

impl Report for Days {
    fn to_json(&self) -> Value {
        let days = self.days.iter().map(|day| {
            let counts = day.counts.map(|counts| {
                let names = Kind::ALL.map(|kind| kind.as_str().to_owned());
                names.into_iter().zip(counts.map(Value::from)).collect::<serde_json::Map<_, _>>()
            });
            json!({
                "account_id": day.dated.account_id,
                "export_date": day.dated.day.to_string(),
                "folder": day.dated.folder,
                "rows": day.rows,
                "changes": counts,
            })
        });
        json!({ "result": "history", "folder": self.folder, "exports": days.collect::<Vec<_>>() })
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut account = None;
        for day in &self.days {
            if account != Some(day.dated.account_id) {
                account = Some(day.dated.account_id);
                writeln!(f, "account {}", day.dated.account_id)?;
            }
            let people = if day.rows == 1 { "person" } else { "people" };
            write!(f, "  {}  {:>7} {people}", day.dated.day, day.rows)?;
            for (kind, count) in Kind::ALL.into_iter().zip(day.counts.into_iter().flatten()) {
                if count > 0 {
                    write!(f, "  {count} {}", kind.as_str())?;
                }
            }
            writeln!(f)?;
        }
        if self.days.is_empty() {
            writeln!(
                f,
                "nothing here was written by takeout-export export --history {}",
                self.folder.display()
            )?;
        }
        let exports = if self.days.len() == 1 { "export" } else { "exports" };
        write!(f, "{} {exports} in {}", self.days.len(), self.folder.display())
    }
}
