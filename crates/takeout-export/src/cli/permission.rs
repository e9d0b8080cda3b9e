//! Telegram's permission to export: what is said about it, and whether somebody waits for it.

use std::io::{IsTerminal, stderr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tg_client::{Client, Clock, Delayed, Terms, Waiting};

use super::arguments::Permission;
use super::failure::{duration_text, until_text};
use super::meter::Meter;
use super::output;

/// The question to Telegram, and what was said about it so far.
pub(super) struct Asking<'a> {
    wanted: &'a Permission,
    meter: &'a Meter,
    last: Mutex<Option<Delayed>>,
}

impl<'a> Asking<'a> {
    /// Says whether an earlier run is waiting.
    pub(super) fn new(wanted: &'a Permission, client: &Client, meter: &'a Meter) -> Self {
        let asked = client.session().state().delay.map(|delay| delay.asked_at_secs);
        if let Some(asked) = asked.and_then(|secs| Timestamp::from_second(secs).ok()) {
            output::say(format_args!("Telegram was asked on {asked} and wanted to wait; asking again"));
        }
        Self { wanted, meter, last: Mutex::new(None) }
    }

    /// How the takeout session is opened. `watch` is told while it is waited for.
    pub(super) fn terms<'w>(&self, watch: &'w (dyn Fn(Delayed) + Sync)) -> Terms<'w> {
        let waits = self.wanted.wait || (!self.wanted.no_wait && stderr().is_terminal());
        let waiting = Waiting {
            ask_every: Duration::from_secs(self.wanted.ask_every),
            at_most: self.wanted.wait_at_most.map(Duration::from_secs),
            watch,
        };
        Terms { waiting: waits.then_some(waiting), take_over: self.wanted.take_over, clock: Clock::system() }
    }

    /// The whole story once, then a countdown.
    pub(super) fn tell(&self, now: Delayed) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match last.replace(now) {
            None => output::say(format_args!(
                "Telegram holds this export back until {}. It has written to your other devices: confirm the export \
                 in Telegram on one that has been logged in for over 24 hours, and it begins.\n\
                 This program waits and asks again every {}. It may be stopped (Ctrl-C), and the machine may sleep or \
                 restart: the same command goes on.",
                until_text(now.left),
                duration_text(Duration::from_secs(self.wanted.ask_every)),
            )),
            // the time to the next question grows when one was asked
            Some(before) if now.asks_again_in > before.asks_again_in => {
                output::say(format_args!(
                    "Telegram still holds the export back, until {}",
                    until_text(now.left)
                ));
            }
            Some(_) => {}
        }
        self.meter.count(&format!(
            "waiting for Telegram: {} left, asking again in {}",
            countdown(now.left),
            countdown(now.asks_again_in)
        ));
    }
}

/// `23:59:59`
fn countdown(left: Duration) -> String {
    let secs = left.as_secs();
    format!("{:02}:{:02}:{:02}", secs / 3600, secs / 60 % 60, secs % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_countdown_has_hours_minutes_and_seconds() {
        assert_eq!(countdown(Duration::from_secs(86_399)), "23:59:59");
        assert_eq!(countdown(Duration::from_secs(3 * 86_400)), "72:00:00");
        assert_eq!(countdown(Duration::from_millis(999)), "00:00:00");
    }
}
