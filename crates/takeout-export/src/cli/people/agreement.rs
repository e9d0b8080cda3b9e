//! Before anything changes: what will be done, and whether the user wants it.

use std::io::IsTerminal;

use super::super::arguments::people::Change;
use super::super::failure::Failure;
use super::super::{output, prompt};
use super::table::Table;

/// The most lines of a plan that are shown.
const SHOWN: usize = 20;

/// So many of something: `1 contact`, `3 contacts`.
pub(super) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// What will be done.
pub(super) struct Plan {
    /// In a few words, with the count: `delete 3 contacts`.
    pub(super) what: String,
    /// One line each.
    pub(super) items: Vec<String>,
}

impl Plan {
    /// Shows the plan and asks. `Some`: it was a dry run, and this is its result.
    ///
    /// # Errors
    /// [`Failure::NotConfirmed`] without a yes.
    pub(super) async fn agree(&self, change: &Change) -> Result<Option<Table>, Failure> {
        output::say(format_args!("This will {}{}", self.what, if self.items.is_empty() { "." } else { ":" }));
        for item in self.items.iter().take(SHOWN) {
            // names of others, from a server or a file
            output::say(format_args!("  {}", output::plain(item)));
        }
        if self.items.len() > SHOWN {
            output::say(format_args!("  … and {} more", self.items.len() - SHOWN));
        }
        if change.dry_run {
            return Ok(Some(Table::done("dry_run", format!("dry run: would {}", self.what))));
        }
        if change.yes {
            return Ok(None);
        }
        if !std::io::stdin().is_terminal() {
            return Err(Failure::NotConfirmed);
        }
        let answer = prompt::line("Do it? [y/N] ".to_owned(), "--yes").await?;
        if matches!(answer.to_lowercase().as_str(), "y" | "yes") {
            Ok(None)
        } else {
            Err(Failure::NotConfirmed)
        }
    }
}
