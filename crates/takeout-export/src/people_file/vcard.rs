//! vCards of every version: parsed by a crate that knows them all, quoted-printable and old charsets included.

use calcard::vcard::{VCard, VCardEntry, VCardProperty, VCardValue};
use calcard::{Entry, Parser};

use super::{Found, PeopleFileError};

/// The cards of a text, in its order.
pub(super) fn read(text: &str) -> Result<Vec<Found>, PeopleFileError> {
    let is_end = |line: &&str| line.trim_end().eq_ignore_ascii_case("END:VCARD");
    let ends = text.lines().filter(is_end).count();
    let mut parser = Parser::new(text);
    let mut found = Vec::new();
    loop {
        match parser.entry() {
            // the parser closes a card that the file does not: a file that was cut off is not read in part
            Entry::VCard(_) if found.len() == ends => return Err(PeopleFileError::Card { card: ends + 1 }),
            Entry::VCard(card) => found.push(person(&card)),
            Entry::Eof => return Ok(found),
            // an empty line between two cards is nobody's
            Entry::InvalidLine(line) if line.trim().is_empty() => {}
            _ => return Err(PeopleFileError::Card { card: found.len() + 1 }),
        }
    }
}

fn person(card: &VCard) -> Found {
    let mut found = Found::default();
    let mut full_name = None;
    for entry in &card.entries {
        match entry.name {
            VCardProperty::N => {
                let mut parts = texts(entry);
                found.last_name = parts.next().unwrap_or_default();
                found.first_name = parts.next().unwrap_or_default();
            }
            VCardProperty::Fn => full_name = texts(entry).next(),
            VCardProperty::Tel => found.phones.extend(texts(entry).next()),
            VCardProperty::Note => found.note = texts(entry).next(),
            _ => {}
        }
    }
    if found.first_name.is_empty() && found.last_name.is_empty() {
        found.first_name = full_name.unwrap_or_default();
    }
    found
}

fn texts(entry: &VCardEntry) -> impl Iterator<Item = String> {
    entry.values.iter().map(|value| match value {
        VCardValue::Text(text) => text.trim().to_owned(),
        VCardValue::Component(parts) => parts.join(" ").trim().to_owned(),
        VCardValue::Integer(number) => number.to_string(),
        _ => String::new(),
    })
}
