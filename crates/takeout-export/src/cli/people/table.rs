//! Results: as text for people, as JSON for programs.

use std::fmt;

use serde_json::{Map, Value, json};
use tl_api::{enums, types};
use tl_codec::Str;

use super::super::exit::Exit;
use super::super::output;
use super::super::summary::Report;

/// What a command of `contacts` has to show.
#[derive(Debug)]
pub(super) struct Table {
    /// What was done, in JSON.
    result: &'static str,
    columns: &'static [&'static str],
    rows: Vec<Vec<Value>>,
    /// What the rows do not say.
    notes: Vec<String>,
    exit: Exit,
}

/// The columns that say who somebody is.
pub(super) const PERSON: &[&str] = &["user_id", "first_name", "last_name", "username", "phone"];

impl Table {
    pub(super) fn new(result: &'static str, columns: &'static [&'static str]) -> Self {
        Self { result, columns, rows: Vec::new(), notes: Vec::new(), exit: Exit::Done }
    }

    /// Something that was done, without rows.
    pub(super) fn done(result: &'static str, note: impl Into<String>) -> Self {
        Self::new(result, &[]).with_note(note)
    }

    pub(super) fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    pub(super) fn push(&mut self, row: Vec<Value>) {
        self.rows.push(row);
    }

    /// The same result, of something that was done in part.
    pub(super) fn partly(self) -> Self {
        Self { exit: Exit::Partly, ..self }
    }

    /// The users of a reply, one a row; `userEmpty` has only an id.
    pub(super) fn people<'a>(
        result: &'static str,
        users: impl IntoIterator<Item = enums::UserRef<'a>>,
    ) -> Self {
        let mut table = Self::new(result, PERSON);
        for user in users {
            if let enums::UserRef::User(user) = user {
                table.push(person(&user));
            }
        }
        table
    }
}

impl Report for Table {
    fn to_json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            let cells = self.columns.iter().zip(row).map(|(name, cell)| ((*name).to_owned(), cell.clone()));
            Value::Object(cells.collect::<Map<_, _>>())
        });
        json!({ "result": self.result, "rows": rows.collect::<Vec<_>>(), "notes": self.notes })
    }

    fn exit(&self) -> Exit {
        self.exit
    }
}

/// The cells of [`PERSON`].
pub(super) fn person(user: &types::UserRef<'_>) -> Vec<Value> {
    let text = |text: Option<Str<'_>>| text.map_or(Value::Null, |text| json!(text.to_str_lossy()));
    vec![json!(user.id), text(user.first_name), text(user.last_name), text(user.username), text(user.phone)]
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        if !self.columns.is_empty() {
            let head = self.columns.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
            let rows = self.rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>());
            lines.extend(aligned(&std::iter::once(head).chain(rows).collect::<Vec<_>>()));
        }
        lines.extend(self.notes.iter().cloned());
        f.write_str(&lines.join("\n"))
    }
}

/// A cell for a terminal.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => output::plain(text),
        other => other.to_string(),
    }
}

fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|text| text.chars().count()).max().unwrap_or(0)
    };
    let widths = (0..columns).map(width).collect::<Vec<_>>();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(text, width)| format!("{text:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_and_has_no_commands_for_the_terminal() {
        let mut table = Table::new("listed", &["user_id", "name"]).with_note("1 more");
        table.push(vec![json!(5), json!("a\u{1b}[2Jb")]);
        table.push(vec![json!(70), Value::Null]);
        assert_eq!(table.to_string(), "user_id  name\n5        a\\u{1b}[2Jb\n70       -\n1 more");
        assert_eq!(table.to_json()["rows"][1], json!({ "user_id": 70, "name": null }));
    }
}
