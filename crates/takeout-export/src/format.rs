//! The forms that the rows can be written in. docs/output.md says what each is for and what it carries.

use std::fmt;
use std::str::FromStr;

/// A form, with its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Parquet: every column, typed.
    Parquet,
    /// CSV: every column as text.
    Csv,
    /// JSON Lines: every column, an object a row.
    Jsonl,
    /// Arrow IPC: every column, as it lies in memory.
    Arrow,
    /// vCard 4.0, for current address books.
    Vcard,
    /// vCard 3.0, for phones.
    Vcard3,
    /// CSV for Google Contacts.
    Google,
    /// CSV for Outlook.
    Outlook,
    /// A page to look at and search.
    Html,
    /// What GREEN-API's `getContacts` answers.
    GreenApi,
}

impl Format {
    /// All, in the order in which they are written.
    pub const ALL: [Self; 10] = [
        Self::Parquet,
        Self::Csv,
        Self::Jsonl,
        Self::Arrow,
        Self::Vcard,
        Self::Vcard3,
        Self::Google,
        Self::Outlook,
        Self::Html,
        Self::GreenApi,
    ];
    /// What is written if nothing else is asked for.
    pub const DEFAULT: [Self; 2] = [Self::Parquet, Self::Csv];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Arrow => "arrow",
            Self::Vcard => "vcard",
            Self::Vcard3 => "vcard3",
            Self::Google => "google",
            Self::Outlook => "outlook",
            Self::Html => "html",
            Self::GreenApi => "green-api",
        }
    }

    /// The name of its file.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Parquet => "contacts.parquet",
            Self::Csv => "contacts.csv",
            Self::Jsonl => "contacts.jsonl",
            Self::Arrow => "contacts.arrow",
            Self::Vcard => "contacts.vcf",
            Self::Vcard3 => "contacts-v3.vcf",
            Self::Google => "contacts-google.csv",
            Self::Outlook => "contacts-outlook.csv",
            Self::Html => "contacts.html",
            Self::GreenApi => "contacts-green-api.json",
        }
    }

    /// Whether only rows with an account have a place in it.
    pub const fn is_accounts_only(self) -> bool {
        matches!(self, Self::GreenApi)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no format has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no format {name}")]
pub struct UnknownFormat {
    /// What was given.
    pub name: String,
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|format| format.name() == name);
        found.ok_or_else(|| UnknownFormat { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_a_name_and_a_file_of_its_own() {
        let mut files = Format::ALL.map(Format::file_name);
        files.sort_unstable();
        assert!(files.windows(2).all(|two| two[0] != two[1]), "{files:?}");
        for format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(format));
        }
        assert_eq!("xlsx".parse::<Format>(), Err(UnknownFormat { name: "xlsx".to_owned() }));
    }
}
