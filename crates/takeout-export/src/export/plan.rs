//! What is to be written.

use crate::archive::seal::Recipient;
use crate::columns;
use crate::format::Format;

/// What is to be written.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Which columns there are.
    pub columns: columns::Options,
    /// Which files; each once, however often it is named.
    pub formats: Vec<Format>,
    /// CSV for Excel: a byte order mark, and cells that start like a formula are made text.
    pub excel: bool,
    /// Whether the folder lies in a history: what its path says (the account) is not said again inside of the tables.
    pub in_history: bool,
    /// What becomes of the replies themselves.
    pub raw: Raw,
}

/// What becomes of the replies themselves.
#[derive(Debug, Clone)]
pub enum Raw {
    /// They are written to an archive.
    Plain,
    /// They are written to an archive that only these can read.
    Sealed(Vec<Recipient>),
    /// They are gone when the program ends.
    Dropped,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            columns: columns::Options::default(),
            formats: Format::DEFAULT.to_vec(),
            excel: false,
            in_history: false,
            raw: Raw::Plain,
        }
    }
}

impl Plan {
    /// The formats, each once, in their own order.
    pub fn distinct_formats(&self) -> Vec<Format> {
        let mut formats = self.formats.clone();
        formats.sort_unstable();
        formats.dedup();
        formats
    }
}
