//! A result that is said, and nothing else.

use std::fmt;

use serde_json::Value;

use super::exit::Exit;
use super::summary::{Outcome, Report};

/// The same thing for people and for programs.
#[derive(Debug)]
pub(super) struct Told {
    text: String,
    value: Value,
    exit: Exit,
}

impl Told {
    /// A result.
    pub(super) fn outcome(text: String, value: Value) -> Outcome {
        Self::with_exit(text, value, Exit::Done)
    }

    /// A result that is no good news.
    pub(super) fn with_exit(text: String, value: Value, exit: Exit) -> Outcome {
        Outcome::Report(Box::new(Self { text, value, exit }))
    }
}

impl Report for Told {
    fn to_json(&self) -> Value {
        self.value.clone()
    }

    fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
