//! CSV as Google Contacts and Outlook take it in: their headers, and of each person what they have a column for.

use super::people::{Form, Page};
use super::person::Person;

/// Google Contacts, with the header that it has written since 2024. Several values in one cell stand between ` ::: `.
#[derive(Debug)]
pub(super) struct Google;

/// Outlook, with the part of its header that an address book of Telegram fills.
#[derive(Debug)]
pub(super) struct Outlook;

/// What Google Contacts puts a label on.
const GOOGLE: [&str; 29] = [
    "First Name",
    "Middle Name",
    "Last Name",
    "Phonetic First Name",
    "Phonetic Middle Name",
    "Phonetic Last Name",
    "Name Prefix",
    "Name Suffix",
    "Nickname",
    "File As",
    "Organization Name",
    "Organization Title",
    "Organization Department",
    "Birthday",
    "Notes",
    "Photo",
    "Labels",
    "E-mail 1 - Label",
    "E-mail 1 - Value",
    "Phone 1 - Label",
    "Phone 1 - Value",
    "Website 1 - Label",
    "Website 1 - Value",
    "Custom Field 1 - Label",
    "Custom Field 1 - Value",
    "Custom Field 2 - Label",
    "Custom Field 2 - Value",
    "Custom Field 3 - Label",
    "Custom Field 3 - Value",
];

const OUTLOOK: [&str; 11] = [
    "First Name",
    "Middle Name",
    "Last Name",
    "Title",
    "Suffix",
    "Web Page",
    "Birthday",
    "Notes",
    "E-mail Address",
    "Primary Phone",
    "Mobile Phone",
];

impl Form for Google {
    fn head(&self, page: &mut Page) {
        push_row(page, GOOGLE.map(str::to_owned));
    }

    fn person(&mut self, person: &Person<'_>, page: &mut Page) -> bool {
        let [first, last] = names(person);
        let labelled = |label: &str, value: Option<String>| match value {
            Some(value) => [label.to_owned(), value],
            None => [String::new(), String::new()],
        };
        let [phone_label, phone] = labelled("Mobile", person.best_phone().map(str::to_owned));
        let [site_label, site] = labelled("Telegram", person.username.map(link));
        let [id_label, id] = labelled("Telegram ID", person.user_id.map(|id| id.to_string()));
        let [name_label, username] = labelled("Telegram username", person.username.map(str::to_owned));
        let [row_label, row] = labelled("takeout-export row", Some(person.row_id.to_owned()));
        let cells = GOOGLE.map(|column| match column {
            "First Name" => first.clone(),
            "Last Name" => last.clone(),
            "Birthday" => birthday(person),
            "Notes" => person.note.unwrap_or_default().to_owned(),
            "Labels" => "Telegram ::: * myContacts".to_owned(),
            "Phone 1 - Label" => phone_label.clone(),
            "Phone 1 - Value" => phone.clone(),
            "Website 1 - Label" => site_label.clone(),
            "Website 1 - Value" => site.clone(),
            "Custom Field 1 - Label" => id_label.clone(),
            "Custom Field 1 - Value" => id.clone(),
            "Custom Field 2 - Label" => name_label.clone(),
            "Custom Field 2 - Value" => username.clone(),
            "Custom Field 3 - Label" => row_label.clone(),
            "Custom Field 3 - Value" => row.clone(),
            _ => String::new(),
        });
        push_row(page, cells);
        true
    }

    fn tail(&self, _: &mut Page) {}
}

impl Form for Outlook {
    fn head(&self, page: &mut Page) {
        push_row(page, OUTLOOK.map(str::to_owned));
    }

    fn person(&mut self, person: &Person<'_>, page: &mut Page) -> bool {
        let [first, last] = names(person);
        let id = person.user_id.map(|id| format!("Telegram ID {id}"));
        let notes = [person.note.map(str::to_owned), id].into_iter().flatten().collect::<Vec<_>>().join("\n");
        let cells = OUTLOOK.map(|column| match column {
            "First Name" => first.clone(),
            "Last Name" => last.clone(),
            "Web Page" => person.username.map(link).unwrap_or_default(),
            "Birthday" => birthday(person),
            "Notes" => notes.clone(),
            "Mobile Phone" => person.best_phone().unwrap_or_default().to_owned(),
            _ => String::new(),
        });
        push_row(page, cells);
        true
    }

    fn tail(&self, _: &mut Page) {}
}

/// First and last name; somebody without either is called by what else is known, or the row would have no title.
fn names(person: &Person<'_>) -> [String; 2] {
    let name = person.name();
    if name.is_empty() { [person.label(), String::new()] } else { [name.first, name.last].map(str::to_owned) }
}

/// As both write it: a date of ISO 8601, two dashes in place of a year that is not known.
fn birthday(person: &Person<'_>) -> String {
    person.birthday.map_or_else(String::new, |date| {
        let year = date.year.map_or_else(|| "-".to_owned(), |year| format!("{year:04}"));
        format!("{year}-{:02}-{:02}", date.month, date.day)
    })
}

fn link(username: &str) -> String {
    format!("https://t.me/{username}")
}

/// A row as RFC 4180 has it. Neither program takes a NUL.
fn push_row<const N: usize>(page: &mut Page, cells: [String; N]) {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            page.text.push(',');
        }
        let cell = page.clean(&cell, |character| character == '\0').into_owned();
        if cell.contains([',', '"', '\r', '\n']) || cell.starts_with(' ') || cell.ends_with(' ') {
            page.text.push('"');
            page.text.push_str(&cell.replace('"', "\"\""));
            page.text.push('"');
        } else {
            page.text.push_str(&cell);
        }
    }
    page.text.push_str("\r\n");
}
