//! People from files: our own exports, and what other programs write.
//!
//! | form | told by |
//! |---|---|
//! | an export of this program: its folder, `contacts.parquet`, `archive.tkx` | the file's first bytes |
//! | `contacts.csv` of an export | the column `saved_phone` |
//! | Google Contacts CSV, the header since 2024 and the one before | `Phone 1 - Value` |
//! | Outlook CSV | `Mobile Phone` |
//! | vCard 2.1, 3.0, 4.0 | `BEGIN:VCARD` |
//!
//! The text may be UTF-8 or UTF-16, with a byte order mark or (UTF-8) without, and the cells of a CSV file may be
//! separated by commas, semicolons or tabs. A person with several numbers becomes several records, as a phone book has
//! it. Whoever has no number is counted and left out: Telegram's phone book knows people by nothing else.

mod csv;
mod export;
mod text;
mod vcard;

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use contacts::operations::import::NewContact;

use crate::read::{self, ReadError};
use crate::staging::{CSV, SEALED_ARCHIVE};

/// The largest file that is read: some hundred thousand people with all that other programs keep of them.
pub const MAX_FILE_BYTES: u64 = 256 << 20;

/// The people of a file.
#[derive(Debug, Default)]
pub struct PeopleFile {
    /// Those with a number, in the order of the file, each number once.
    pub people: Vec<NewContact>,
    /// How many have no number.
    pub without_number: usize,
    /// How many came a second time with the same number.
    pub repeated: usize,
}

/// A file holds no people that can be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PeopleFileError {
    /// The file system refused.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// More than [`MAX_FILE_BYTES`].
    #[error("the file is larger than {MAX_FILE_BYTES} bytes")]
    TooLarge,
    /// Neither UTF-8 nor UTF-16.
    #[error("the file is neither UTF-8 nor UTF-16 text")]
    Encoding,
    /// None of the forms above.
    #[error("the file is neither a CSV with a known header nor vCards")]
    UnknownForm,
    /// An export of ours that cannot be read.
    #[error(transparent)]
    Export(#[from] ReadError),
    /// A row that is no CSV.
    #[error("the file breaks the rules of CSV")]
    Csv(#[source] ::csv::Error),
    /// A card without an end, or a line that is none.
    #[error("vCard {card} is damaged")]
    Card {
        /// Its position in the file, from 1.
        card: usize,
    },
}

/// Reads the people of a file, or of the folder of an export. `identity` opens an encrypted archive.
///
/// # Errors
/// [`PeopleFileError`]; nothing is read in part.
pub fn read(path: &Path, identity: Option<&Path>) -> Result<PeopleFile, PeopleFileError> {
    let table = read::find(path);
    let csv = path.join(CSV);
    // an archive that nobody can open here does not stand in the way of a table beside it
    let is_closed = table.ends_with(SEALED_ARCHIVE) && identity.is_none() && csv.is_file();
    if table.is_file() && read::is_table(&table) && !is_closed {
        return export::read(&table, identity).map(collect);
    }
    if path.is_dir() && !csv.is_file() {
        return Err(PeopleFileError::Export(ReadError::Nothing));
    }
    let path = if path.is_dir() { csv } else { path.to_owned() };
    let io = |source| PeopleFileError::Io { path: path.clone(), source };
    let mut bytes = Vec::new();
    fs::File::open(&path).map_err(io)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(io)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_FILE_BYTES {
        return Err(PeopleFileError::TooLarge);
    }
    parse(&bytes)
}

/// Reads the people of a text.
///
/// # Errors
/// [`PeopleFileError`]
///
/// ```
/// let card = b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lee;Ann;;;\r\nTEL:+1 212 555 0123\r\nEND:VCARD\r\n";
/// let file = takeout_export::people_file::parse(card)?;
/// assert_eq!((file.people[0].first_name.as_str(), file.people[0].phone.as_str()), ("Ann", "+12125550123"));
/// # Ok::<(), takeout_export::people_file::PeopleFileError>(())
/// ```
pub fn parse(bytes: &[u8]) -> Result<PeopleFile, PeopleFileError> {
    let text = text::decode(bytes)?;
    let found = if text.trim_start().get(..11).is_some_and(|start| start.eq_ignore_ascii_case("BEGIN:VCARD"))
    {
        vcard::read(&text)?
    } else {
        csv::read(&text)?
    };
    Ok(collect(found))
}

/// Somebody as a file has them.
#[derive(Debug, Default)]
struct Found {
    first_name: String,
    last_name: String,
    note: Option<String>,
    phones: Vec<String>,
}

fn collect(found: impl IntoIterator<Item = Found>) -> PeopleFile {
    let mut file = PeopleFile::default();
    let mut seen = std::collections::HashSet::new();
    for person in found {
        let phones = person.phones.iter().filter_map(|phone| number(phone)).collect::<Vec<_>>();
        file.without_number += usize::from(phones.is_empty());
        for phone in phones {
            if !seen.insert(phone.trim_start_matches('+').to_owned()) {
                file.repeated += 1;
                continue;
            }
            file.people.push(NewContact {
                phone,
                first_name: person.first_name.clone(),
                last_name: person.last_name.clone(),
                note: person.note.clone(),
            });
        }
    }
    file
}

/// The number of a cell: digits, with the plus that it had. What follows an extension sign is not dialled first.
fn number(cell: &str) -> Option<String> {
    let cell = cell.trim().trim_start_matches("tel:");
    let cell = cell.split([';', ',', 'x', '#']).next().unwrap_or_default();
    let digits = cell.chars().filter(char::is_ascii_digit).collect::<String>();
    let plus = if cell.trim_start().starts_with('+') { "+" } else { "" };
    (!digits.is_empty()).then(|| format!("{plus}{digits}"))
}

#[cfg(test)]
mod tests;
