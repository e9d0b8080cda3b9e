//! `takeout-export status`

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use tg_client::{SessionError, SessionState, SessionStore};

use super::arguments::Status;
use super::failure::{Failure, until_text};
use super::settings;
use super::summary::{Outcome, Report};

/// Reads the session; Telegram is not asked.
pub(super) fn run(status: Status) -> Result<Outcome, Failure> {
    let path = settings::session_path(status.session)?;
    let store = SessionStore::open(&path).map_err(|error| match error {
        SessionError::Missing { .. } => Failure::NotLoggedIn(Some(error)),
        other => Failure::Session(other),
    })?;
    Ok(Outcome::Report(Box::new(Standings(vec![Standing::of(path, &store.state())]))))
}

/// Where every session stands.
#[derive(Debug)]
struct Standings(Vec<Standing>);

impl Report for Standings {
    fn to_json(&self) -> Value {
        json!({ "result": "status", "sessions": self.0 })
    }
}

impl fmt::Display for Standings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.0.iter().map(Standing::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// Where one session stands.
#[derive(Debug, Serialize)]
struct Standing {
    session: PathBuf,
    user_id: Option<i64>,
    dc_id: i32,
    takeout: Takeout,
    /// When Telegram was asked for an export first.
    asked_at: Option<Timestamp>,
    /// Until when Telegram holds it back, unless it is confirmed before.
    held_until: Option<Timestamp>,
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
}

impl Standing {
    fn of(session: PathBuf, state: &SessionState) -> Self {
        let date = |secs| Timestamp::from_second(secs).ok();
        Self {
            session,
            user_id: state.account.as_ref().map(|account| account.user_id),
            dc_id: state.server.dc_id(),
            takeout: match (state.takeout, state.delay) {
                (Some(_), _) => Takeout::Open,
                (None, Some(_)) => Takeout::Delayed,
                (None, None) => Takeout::None,
            },
            asked_at: state.delay.and_then(|delay| date(delay.asked_at_secs)),
            held_until: state.delay.and_then(|delay| date(delay.until_secs)),
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.session.display())?;
        match self.user_id {
            Some(user_id) => write!(f, "account {user_id}, data centre {}; ", self.dc_id)?,
            None => f.write_str("nobody is logged in; ")?,
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
