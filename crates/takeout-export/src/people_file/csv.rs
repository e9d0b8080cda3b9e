//! CSV: our own, Google's and Outlook's.

use csv::{ReaderBuilder, StringRecord};

use super::{Found, PeopleFileError};

/// Where to look in a row.
struct Columns {
    first: Vec<usize>,
    last: Vec<usize>,
    /// The name as a whole, for rows without parts.
    whole: Option<usize>,
    note: Option<usize>,
    phones: Vec<usize>,
    /// Our own files tell "no cell" from "an empty cell", Google's put several numbers into one.
    joins_phones: bool,
}

/// What stands between two numbers in one cell of Google's.
const GOOGLE_SEPARATOR: &str = ":::";

pub(super) fn read(text: &str) -> Result<Vec<Found>, PeopleFileError> {
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter(text)).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(PeopleFileError::Csv)?.clone();
    let columns = columns(&header).ok_or(PeopleFileError::UnknownForm)?;
    let rows = reader.records().map(|row| row.map(|row| person(&columns, &row)));
    rows.collect::<Result<_, _>>().map_err(PeopleFileError::Csv)
}

/// The separator that the first line has most of.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |delimiter: u8| first.bytes().filter(|byte| *byte == delimiter).count();
    [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|delimiter| count(*delimiter))
        .filter(|d| count(*d) > 0)
        .unwrap_or(b',')
}

fn columns(header: &StringRecord) -> Option<Columns> {
    let find = |name: &str| header.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name));
    let all = |names: &[&str]| names.iter().filter_map(|name| find(name)).collect::<Vec<_>>();
    if let Some(saved_phone) = find("saved_phone") {
        return Some(Columns {
            first: all(&["saved_first_name", "first_name"]),
            last: all(&["saved_last_name", "last_name"]),
            whole: None,
            note: find("note"),
            phones: std::iter::once(saved_phone).chain(find("user_phone")).collect(),
            joins_phones: false,
        });
    }
    if find("Phone 1 - Value").is_some() {
        let numbered = (1..).map_while(|n| find(&format!("Phone {n} - Value"))).collect();
        return Some(Columns {
            first: all(&["First Name", "Given Name"]),
            last: all(&["Last Name", "Family Name"]),
            whole: find("Name").or_else(|| find("File As")),
            note: find("Notes"),
            phones: numbered,
            joins_phones: true,
        });
    }
    find("Mobile Phone")?;
    let phones =
        header.iter().enumerate().filter(|(_, name)| name.ends_with("Phone") || name.ends_with("Phone 2"));
    Some(Columns {
        first: all(&["First Name"]),
        last: all(&["Last Name"]),
        whole: find("Company"),
        note: find("Notes"),
        phones: phones.map(|(index, _)| index).collect(),
        joins_phones: false,
    })
}

fn person(columns: &Columns, row: &StringRecord) -> Found {
    let cell = |index: usize| row.get(index).map(unguarded).map(str::trim).filter(|text| !text.is_empty());
    let first_of =
        |indices: &[usize]| indices.iter().find_map(|index| cell(*index)).unwrap_or_default().to_owned();
    let mut found = Found {
        first_name: first_of(&columns.first),
        last_name: first_of(&columns.last),
        note: columns.note.and_then(cell).map(str::to_owned),
        phones: Vec::new(),
    };
    if found.first_name.is_empty() && found.last_name.is_empty() {
        columns.whole.and_then(cell).unwrap_or_default().clone_into(&mut found.first_name);
    }
    for text in columns.phones.iter().filter_map(|index| cell(*index)) {
        if columns.joins_phones {
            found.phones.extend(text.split(GOOGLE_SEPARATOR).map(|phone| phone.trim().to_owned()));
        } else if found.phones.is_empty() || columns.whole.is_some() {
            // of our own two columns the first that is filled counts: they are one person's one number
            found.phones.push(text.to_owned());
        }
    }
    found
}

/// A cell without the apostrophe that keeps Excel from computing it.
fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r'])).unwrap_or(text)
}
