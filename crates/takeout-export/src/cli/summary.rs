//! What a command has to show for itself.

use std::fmt;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::exit::Exit;
use crate::manifest::Manifest;

/// The result of a command.
#[derive(Debug)]
pub(super) enum Outcome {
    LoggedIn {
        user_id: i64,
        session: PathBuf,
        already: bool,
        /// The command that one comes to next.
        next: String,
    },
    LoggedOut {
        session: PathBuf,
        ended: Ended,
    },
    Exported(Box<Exported>),
    /// What a command that only looks has found.
    Report(Box<dyn Report>),
    /// Something made for another program.
    Text(String),
}

/// What a command has found, for people (`Display`) and for programs.
pub(super) trait Report: fmt::Display + fmt::Debug {
    /// One JSON object.
    fn to_json(&self) -> Value;

    /// What the process ends with.
    fn exit(&self) -> Exit {
        Exit::Done
    }
}

/// What became of the session at Telegram when its key was removed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// It ended with this command.
    Now,
    /// It had ended before.
    Before,
    /// Telegram could not be told.
    Untold,
}

/// A finished export.
#[derive(Debug)]
pub(super) struct Exported {
    pub(super) folder: PathBuf,
    pub(super) manifest: Manifest,
}

impl Outcome {
    /// What the process ends with.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Report(report) => report.exit(),
            _ => Exit::Done,
        }
    }

    /// One JSON object on one line.
    pub(super) fn to_json(&self) -> String {
        let value: Value = match self {
            Self::Report(report) => report.to_json(),
            Self::Text(text) => return text.clone(),
            Self::LoggedIn { user_id, session, already, .. } => json!({
                "result": "logged_in", "user_id": user_id, "session": session, "already": already,
            }),
            Self::LoggedOut { session, ended } => json!({
                "result": "logged_out", "session": session, "told_telegram": *ended != Ended::Untold,
            }),
            Self::Exported(exported) => json!({
                "result": "exported",
                "folder": exported.folder,
                "manifest": exported.manifest,
            }),
        };
        value.to_string()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LoggedIn { user_id, session, already, next } => {
                let verb = if *already { "is already logged in" } else { "is logged in" };
                writeln!(f, "Account {user_id} {verb}; the session is in {}.", session.display())?;
                write!(f, "Next: {next}")
            }
            Self::LoggedOut { session, ended } => {
                let session = session.display();
                match ended {
                    Ended::Now => write!(f, "Logged out at the server; {session} is removed."),
                    Ended::Before => {
                        write!(
                            f,
                            "Telegram knew of no login with this session any more; {session} is removed."
                        )
                    }
                    Ended::Untold => write!(
                        f,
                        "{session} is removed, but Telegram could not be told: end the session \"takeout-export\" on \
                         another device (Settings > Devices)."
                    ),
                }
            }
            Self::Exported(exported) => exported.fmt(f),
            Self::Report(report) => report.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Exported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = &self.manifest.counts;
        let by_source = &counts.rows_by_source;
        let people = if counts.rows == 1 { "person" } else { "people" };
        writeln!(f, "{} {people} in {}", counts.rows, self.folder.display())?;
        if counts.rows == 0 {
            writeln!(f, "  the account has no contacts, and no numbers saved at Telegram")?;
        }
        writeln!(f, "  {:>7}  in the phone book and on Telegram", by_source.both)?;
        writeln!(f, "  {:>7}  in the phone book only (no account, or a hidden number)", by_source.saved)?;
        writeln!(f, "  {:>7}  on Telegram only (no saved number)", by_source.contact)?;
        if counts.ambiguous > 0 {
            writeln!(f, "  {:>7}  of them share a number with others; see match_group", counts.ambiguous)?;
        }
        for warning in &self.manifest.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        let names = self.manifest.files.iter().map(|file| file.name.as_str());
        write!(f, "Files: {}, manifest.json", names.collect::<Vec<_>>().join(", "))
    }
}
