//! vCard 4.0 (RFC 6350) and 3.0 (RFC 2426): the two differ in the version, and in how a number is written.
//!
//! | property | 4.0 | 3.0 |
//! |---|---|---|
//! | UID | `urn:uuid:`, version 5 (RFC 9562, section 5.5) of account and row: the same in every export | likewise |
//! | FN, N | name in the phone book, or the account's | likewise |
//! | TEL | `tel:` URI where the number is a full one (RFC 3966, section 5.1.4), else text | text |
//! | URL | `https://t.me/` and the username | likewise |
//! | BDAY | `--MMDD` or `YYYYMMDD` (RFC 6350, section 6.2.5) | `YYYY-MM-DD`, left out without a year (RFC 2426, section 3.1.5) |
//! | NOTE | the note about the contact | likewise |
//! | X-TELEGRAM-ID, X-TELEGRAM-USERNAME | extensions (RFC 6350, section 6.10) | (RFC 2426, section 3.8) |
//! | REV | when the last reply had come, UTC | likewise |

mod line;
mod uid;

use contacts::extras::Birthday;
use jiff::Timestamp;

use self::line::{push_line, push_text};
use super::people::{Form, Page};
use super::person::Person;

/// Which vCard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// RFC 2426.
    V3,
    /// RFC 6350.
    V4,
}

/// A card for each person.
#[derive(Debug)]
pub(super) struct Vcard {
    version: Version,
    line: String,
}

impl Vcard {
    /// Cards of this version.
    pub(super) fn new(version: Version) -> Self {
        Self { version, line: String::new() }
    }

    /// A property whose value is text.
    fn text(&mut self, page: &mut Page, name: &str, value: &str) {
        self.line.clear();
        self.line.push_str(name);
        self.line.push(':');
        push_text(page, &mut self.line, value);
        push_line(&mut page.text, &self.line);
    }

    /// N: family name; given name; additional; prefixes; suffixes (RFC 6350, section 6.2.2; RFC 2426, section 3.1.2).
    fn name(&mut self, page: &mut Page, person: &Person<'_>) {
        let name = person.name();
        self.line.clear();
        self.line.push_str("N:");
        push_text(page, &mut self.line, name.last);
        self.line.push(';');
        push_text(page, &mut self.line, name.first);
        self.line.push_str(";;;");
        push_line(&mut page.text, &self.line);
    }

    /// TEL (RFC 6350, section 6.4.1; RFC 2426, section 3.3.1).
    fn phone(&mut self, page: &mut Page, person: &Person<'_>) {
        match (self.version, person.phone_e164, person.phone) {
            (Version::V4, Some(full), _) => {
                push_line(&mut page.text, &format!("TEL;VALUE=uri;TYPE=cell:tel:{full}"));
            }
            (Version::V4, None, Some(phone)) => self.text(page, "TEL;VALUE=text;TYPE=cell", phone),
            (Version::V3, full, phone) => {
                if let Some(phone) = full.or(phone) {
                    self.text(page, "TEL;TYPE=CELL", phone);
                }
            }
            (_, None, None) => {}
        }
    }

    /// BDAY (RFC 6350, section 6.2.5; RFC 2426, section 3.1.5, which knows no date without a year).
    fn birthday(&self, page: &mut Page, birthday: Birthday) {
        let Birthday { day, month, year } = birthday;
        let date = match (self.version, year) {
            (Version::V4, None) => format!("--{month:02}{day:02}"),
            (Version::V4, Some(year)) => format!("{year:04}{month:02}{day:02}"),
            (Version::V3, Some(year)) => format!("{year:04}-{month:02}-{day:02}"),
            (Version::V3, None) => return,
        };
        push_line(&mut page.text, &format!("BDAY:{date}"));
    }
}

impl Form for Vcard {
    fn head(&self, _: &mut Page) {}

    fn person(&mut self, person: &Person<'_>, page: &mut Page) -> bool {
        let version = match self.version {
            Version::V3 => "3.0",
            Version::V4 => "4.0",
        };
        // VERSION comes directly behind BEGIN (RFC 6350, section 6.7.9)
        page.text.push_str("BEGIN:VCARD\r\nVERSION:");
        page.text.push_str(version);
        page.text.push_str("\r\nPRODID:-//takeout-export//EN\r\n");
        push_line(&mut page.text, &format!("UID:urn:uuid:{}", uid::of(person.account_id, person.row_id)));
        self.text(page, "FN", &person.label());
        self.name(page, person);
        self.phone(page, person);
        if let Some(username) = person.username.filter(|username| !username.is_empty()) {
            self.line.clear();
            self.line.push_str("URL:https://t.me/");
            // a username has letters, digits and underscores; whatever else it may be is not for a URI
            self.line.extend(username.chars().filter(char::is_ascii_graphic));
            push_line(&mut page.text, &self.line);
            self.text(page, "X-TELEGRAM-USERNAME", username);
        }
        if let Some(user_id) = person.user_id {
            self.text(page, "X-TELEGRAM-ID", &user_id.to_string());
        }
        if let Some(birthday) = person.birthday {
            self.birthday(page, birthday);
        }
        if let Some(note) = person.note {
            self.text(page, "NOTE", note);
        }
        if let Ok(time) = Timestamp::from_microsecond(person.exported_at_micros) {
            // TIMESTAMP of RFC 6350, section 4.3.5: the basic form of ISO 8601
            push_line(&mut page.text, &format!("REV:{}", time.strftime("%Y%m%dT%H%M%SZ")));
        }
        page.text.push_str("END:VCARD\r\n");
        true
    }

    fn tail(&self, _: &mut Page) {}
}
