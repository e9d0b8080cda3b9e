//! Progress: a moving line on a terminal, plain lines otherwise, both on stderr.

use std::io::{IsTerminal, stderr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::failure::duration_text;
use super::output;
use crate::progress::{Step, Watch};

/// How often the moving line moves.
const TICK: Duration = Duration::from_millis(100);

/// What the user sees of the work.
#[derive(Debug, Clone)]
pub(super) struct Meter {
    bar: Option<ProgressBar>,
    /// The last line that was said: rows are counted by the thousand, the words change rarely.
    last: Arc<Mutex<String>>,
}

impl Meter {
    /// On a terminal, unless log lines go there as well.
    pub(super) fn new(verbose: u8) -> Self {
        let bar = (stderr().is_terminal() && verbose == 0).then(|| {
            let style = ProgressStyle::with_template("{spinner} {msg}");
            ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        });
        Self { bar, last: Arc::default() }
    }

    /// Says what happens now.
    pub(super) fn say(&self, text: &str) {
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if *last == text {
            return;
        }
        // not before there is something to say: a command that asks questions has the terminal to itself
        let is_first = last.is_empty();
        text.clone_into(&mut last);
        match &self.bar {
            Some(bar) => {
                bar.set_message(text.to_owned());
                if is_first {
                    output::stay_above(bar.clone());
                    bar.enable_steady_tick(TICK);
                }
            }
            None => output::say(text),
        }
    }

    /// Changes the moving line, where there is one.
    pub(super) fn count(&self, text: &str) {
        if self.bar.is_some() {
            self.say(text);
        }
    }

    /// Takes the moving line away.
    pub(super) fn clear(&self) {
        let has_spoken = !self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner).is_empty();
        if let Some(bar) = self.bar.as_ref().filter(|_| has_spoken) {
            bar.finish_and_clear();
        }
    }
}

/// How long so many questions take, if the server answers at once.
fn time_for(questions: usize, pace: Duration) -> String {
    duration_text(pace.saturating_mul(u32::try_from(questions).unwrap_or(u32::MAX)))
}

impl Watch for Meter {
    fn step(&self, step: Step) {
        match step {
            Step::Asking { what } => self.say(&format!("asking for {what}")),
            Step::Enriching { what, done, total, pace } if self.bar.is_some() => {
                let left = time_for(total.saturating_sub(done), pace);
                self.say(&format!("asking for {what}: {done} of {total}, about {left} left"));
            }
            Step::Enriching { what, total, pace, .. } => {
                self.say(&format!("asking for {total} {what}, which takes about {}", time_for(total, pace)));
            }
            Step::Joining => self.say("joining"),
            Step::Writing { rows, total } if self.bar.is_some() => {
                self.say(&format!("writing {rows} of {total}"));
            }
            Step::Writing { .. } => self.say("writing"),
            Step::Checking => self.say("checking the files"),
            Step::Finishing => self.say("finishing the takeout session"),
        }
    }
}
