//! `takeout-export status`

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use tg_client::{SessionError, SessionState};

use super::arguments::Status;
use super::exit::Exit;
use super::failure::{Failure, until_text};
use super::interrupt::Interrupt;
use super::places::{self, DataFolder};
use super::summary::{Outcome, Report};
use super::vault::Vault;

/// Reads the sessions of all accounts, or the one that is named; Telegram is not asked.
pub(super) async fn run(status: Status, interrupt: &Interrupt) -> Result<Outcome, Failure> {
    let vault = Vault::new(&status.session);
    let paths = paths(&status)?;
    let is_one = paths.len() == 1;
    let mut standings = Standings { sessions: Vec::new(), exit: Exit::Done };
    for path in paths {
        // an export that waits for days holds its session all the while
        match interrupt.or(vault.peek(&path)).await? {
            Ok(state) => standings.sessions.push(Standing::of(path, &state)),
            Err(Failure::Session(error @ SessionError::Missing { .. })) => {
                return Err(Failure::NotLoggedIn(Some(error)));
            }
            // one session that cannot be read does not hide the others; a passphrase is the same for all
            Err(failure @ Failure::Session(_)) if !is_one && failure.exit() != Exit::CannotDecrypt => {
                if standings.exit == Exit::Done {
                    standings.exit = failure.exit();
                }
                standings.sessions.push(Standing::unreadable(path, &failure));
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(Outcome::Report(Box::new(standings)))
}

/// Where the sessions lie that are meant.
fn paths(status: &Status) -> Result<Vec<PathBuf>, Failure> {
    let session = &status.session;
    let named = places::session_path(session)?;
    if session.path.is_some() || session.account.is_some() {
        return Ok(vec![named]);
    }
    let folder = DataFolder::find().ok_or(Failure::NoDataFolder)?;
    let all = folder.names()?.into_iter().map(|name| folder.session(&name)).chain(status.also.clone());
    let all: Vec<_> = all.filter(|path| path.exists()).collect();
    // without any, the one that is missing is the default account's
    Ok(if all.is_empty() { vec![named] } else { all })
}

/// Where every session stands.
#[derive(Debug)]
struct Standings {
    sessions: Vec<Standing>,
    /// Of the first one that cannot be read.
    exit: Exit,
}

impl Report for Standings {
    fn to_json(&self) -> Value {
        json!({ "result": "status", "sessions": self.sessions })
    }

    fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Standings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.sessions.iter().map(Standing::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// Where one session stands.
#[derive(Debug, Serialize)]
struct Standing {
    session: PathBuf,
    user_id: Option<i64>,
    dc_id: Option<i32>,
    takeout: Takeout,
    /// When Telegram was asked for an export first.
    asked_at: Option<Timestamp>,
    /// Until when Telegram holds it back, unless it is confirmed before.
    held_until: Option<Timestamp>,
    /// Why nothing can be told of it.
    trouble: Option<String>,
}

/// How far an export has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Takeout {
    None,
    /// Telegram holds it back.
    Delayed,
    /// An earlier run has left it open.
    Open,
    /// Nobody can tell.
    Unknown,
}

impl Standing {
    fn unreadable(session: PathBuf, failure: &Failure) -> Self {
        Self {
            session,
            user_id: None,
            dc_id: None,
            takeout: Takeout::Unknown,
            asked_at: None,
            held_until: None,
            trouble: Some(failure.to_string()),
        }
    }

    fn of(session: PathBuf, state: &SessionState) -> Self {
        let date = |secs| Timestamp::from_second(secs).ok();
        Self {
            session,
            user_id: state.account.as_ref().map(|account| account.user_id),
            dc_id: Some(state.server.dc_id()),
            takeout: match (state.takeout, state.delay) {
                (Some(_), _) => Takeout::Open,
                (None, Some(_)) => Takeout::Delayed,
                (None, None) => Takeout::None,
            },
            asked_at: state.delay.and_then(|delay| date(delay.asked_at_secs)),
            held_until: state.delay.and_then(|delay| date(delay.until_secs)),
            trouble: None,
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.session.display())?;
        if let Some(trouble) = &self.trouble {
            return f.write_str(trouble);
        }
        match (self.user_id, self.dc_id) {
            (Some(user_id), Some(dc_id)) => write!(f, "account {user_id}, data centre {dc_id}; ")?,
            _ => f.write_str("nobody is logged in; ")?,
        }
        match (self.takeout, self.held_until) {
            (Takeout::Open, _) => {
                f.write_str("a takeout session is still open at Telegram, the next export or logout ends it")
            }
            (Takeout::Delayed, Some(until)) => match Duration::try_from(until - Timestamp::now()) {
                Ok(left) if !left.is_zero() => write!(
                    f,
                    "Telegram holds the export back until {}, or until you confirm it on another device",
                    until_text(left)
                ),
                _ => write!(
                    f,
                    "Telegram held the export back until {until}: it may begin, takeout-export export"
                ),
            },
            _ => f.write_str("no export is pending"),
        }
    }
}
