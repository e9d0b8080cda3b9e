//! The only place that writes to stdout and stderr.
//!
//! stdout: results. stderr: what is said on the way, and complaints. If nobody listens any more (a closed pipe), nothing
//! is said; that is no reason to end an export.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write};
use std::sync::OnceLock;

use indicatif::ProgressBar;

use super::failure::Failure;
use super::summary::Outcome;

/// The result of a command.
pub(super) fn outcome(outcome: &Outcome, as_json: bool) {
    let text = if as_json { outcome.to_json() } else { outcome.to_string() };
    write(&mut io::stdout().lock(), text);
}

/// The line that moves, where there is one: whatever else is said stands above it.
static MOVING: OnceLock<ProgressBar> = OnceLock::new();

/// From here on nothing is said into the middle of this line.
pub(super) fn stay_above(moving: ProgressBar) {
    MOVING.get_or_init(|| moving);
}

/// Something on the way.
pub(super) fn say(text: impl Display) {
    let say = || write(&mut io::stderr().lock(), text);
    match MOVING.get() {
        Some(moving) => moving.suspend(say),
        None => say(),
    }
}

/// Something on the way whose line is not over: the user answers on it.
pub(super) fn ask(text: impl Display) {
    put(&mut io::stderr().lock(), &text.to_string());
}

/// What failed, why, and what to do now. `login` is the command that logs in to the account that was meant.
pub(super) fn failure(failure: &Failure, login: &str) {
    let mut stderr = io::stderr().lock();
    write(&mut stderr, format_args!("error: {}", failure.headline()));
    for cause in causes(failure) {
        write(&mut stderr, format_args!("  because: {cause}"));
    }
    if let Some(advice) = failure.advice(login) {
        write(&mut stderr, format_args!("  now: {advice}"));
    }
}

/// clap's own messages: help and version to stdout, complaints to stderr.
pub(super) fn clap(error: &clap::Error) {
    // as everywhere here: a closed pipe is no reason to fail
    error.print().unwrap_or_default();
}

/// For a user who gave no command.
pub(super) fn guide(has_session: bool) {
    let next = if has_session {
        "You are logged in. Export your address book:\n  takeout-export export --out my-contacts"
    } else {
        "Try it, without an account and without the network:\n  takeout-export demo\n\n\
         Export your own address book:\n\
         \x20 1. Get an api_id and api_hash at https://my.telegram.org (API development tools).\n\
         \x20 2. takeout-export login --api-id ID --api-hash HASH\n\
         \x20 3. takeout-export export --out my-contacts"
    };
    say(format_args!(
        "takeout-export gets your whole Telegram address book out, to Parquet and CSV.\n\n{next}\n\n\
         All commands and options: takeout-export --help"
    ));
}

/// A text of somebody else on one line, with what a terminal would obey or draw in another order written as an escape.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_control() || TURNS.contains(&char) {
            plain.extend(char.escape_default());
        } else {
            plain.push(char);
        }
    }
    plain
}

/// What changes the order of what stands behind it (Unicode Bidirectional Algorithm, explicit formatting), or begins a
/// line.
const TURNS: [char; 11] = [
    '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}',
    '\u{2069}', '\u{2028}', '\u{2029}',
];

/// The chain of causes, without those that the message before them has already told.
pub(super) fn causes(failure: &Failure) -> Vec<String> {
    // the failure's own words are told already, unless there was a better headline
    untold(failure.headline(), failure)
}

/// An error with its causes, in one line.
pub(super) fn in_a_line(error: &dyn Error) -> String {
    untold(String::new(), error).join(": ")
}

/// An error and its causes, without those that the message before them has already told.
fn untold(mut told: String, error: &dyn Error) -> Vec<String> {
    let mut causes = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        let text = cause.to_string();
        if !told.contains(&text) {
            causes.push(text.clone());
        }
        told = text;
        next = cause.source();
    }
    causes
}

fn write(to: &mut impl Write, text: impl Display) {
    put(to, &format!("{text}\n"));
}

/// In one piece: Ctrl-C throws away what is on its way to a terminal, and half a line is none.
fn put(to: &mut impl Write, text: &str) {
    to.write_all(text.as_bytes()).and_then(|()| to.flush()).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_as_they_are_but_for_what_a_terminal_obeys() {
        for name in
            ["O'Neill", "back\\slash \"quoted\"", "\u{1f3f3}\u{fe0f}\u{200d}\u{1f308}", "சுப்ரமணியன்", ""]
        {
            assert_eq!(plain(name), name);
        }
        assert_eq!(plain("a\u{1b}[2Jb\n\u{7f}\u{85}"), "a\\u{1b}[2Jb\\n\\u{7f}\\u{85}");
        assert_eq!(plain("x\u{202e}y\u{2066}"), "x\\u{202e}y\\u{2066}");
    }

    #[test]
    fn a_line_says_each_cause_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("{said}")]
        struct Told {
            said: &'static str,
            source: Option<Box<Self>>,
        }
        let told = |said, source| Told { said, source };
        let silent = told("no answer for 20 s", None);
        let broke = told("the session broke", Some(silent.into()));
        assert_eq!(in_a_line(&broke), "the session broke: no answer for 20 s");
        let repeating = told("lost: the session broke", Some(broke.into()));
        assert_eq!(in_a_line(&repeating), "lost: the session broke: no answer for 20 s");
    }
}
