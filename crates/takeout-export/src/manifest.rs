//! `manifest.json`: what an export holds, how it came about, and how to check that it is whole.
//!
//! It is the only file in which the time of the run and the hashes of the other files stand; the others depend on the
//! server's replies alone. It is written last and moved last: a folder without it is not an export.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::archive::Reused;
use crate::sink::Written;

/// What the `tool` of every manifest says; by it an export is known as ours.
pub const TOOL: &str = "takeout-export";
/// The form of the manifest itself: raised when a field changes its meaning or goes away.
pub const MANIFEST_VERSION: u32 = 1;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`TOOL`].
    pub tool: String,
    /// The version of the program.
    pub tool_version: String,
    /// [`MANIFEST_VERSION`].
    pub manifest_version: u32,
    /// [`SCHEMA_VERSION`](crate::columns::SCHEMA_VERSION) of the columns.
    pub schema_version: u32,
    /// The API layer of the replies.
    pub layer: i32,
    /// SHA-256 of `account:` and the account's user id: tells exports of one account from those of another.
    pub account_sha256: String,
    /// When what happened, RFC 3339 in UTC.
    pub times: Times,
    /// How many there are of what.
    pub counts: Counts,
    /// The hash by which the server knows the list of contacts, as decimal text: it takes all 64 bits.
    pub contacts_hash: String,
    /// What was odd in the replies; only what was there.
    pub anomalies: BTreeMap<String, u64>,
    /// What a reader of this export should know.
    pub warnings: Vec<String>,
    /// Characters that were replaced by U+FFFD, by column; only columns in which there were any.
    pub replaced_characters: BTreeMap<String, u64>,
    /// The rows that they stand in, from 0 on in the order of the files, by column; at most the first hundred of each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub replaced_in_rows: BTreeMap<String, Vec<u64>>,
    /// The takeout session.
    pub takeout: Takeout,
    /// What was not fetched again but taken over from an earlier export.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reused: Option<Reused>,
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// The files beside this one.
    pub files: Vec<File>,
}

/// When what happened, RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// The takeout session was open.
    pub started_at: String,
    /// The last reply had come; `exported_at` of every row.
    pub exported_at: String,
    /// The statuses had come; `status_observed_at` of the rows.
    pub status_observed_at: String,
    /// The files were written and checked.
    pub written_at: String,
}

/// How many there are of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Items of `contacts.getSaved`.
    pub saved: u64,
    /// The server's own count of them.
    pub saved_count: i64,
    /// Different contact ids.
    pub contacts: u64,
    /// User objects.
    pub users: u64,
    /// Items of `contacts.getStatuses`.
    pub statuses: u64,
    /// Rows in each of the files: `saved + contacts - both`.
    pub rows: u64,
    /// Rows by source.
    pub rows_by_source: BySource,
    /// Rows that share their digits with others and could not be told apart.
    pub ambiguous: u64,
}

/// Rows by source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BySource {
    /// Only in the phone book.
    pub saved: u64,
    /// Only an account.
    pub contact: u64,
    /// Both.
    pub both: u64,
}

/// The takeout session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Takeout {
    /// What it was opened for.
    pub scope: Vec<String>,
    /// Whether the server confirmed its end.
    pub result: TakeoutResult,
    /// Methods that the server refused inside of it and answered outside.
    pub called_outside: Vec<String>,
}

/// How the takeout session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TakeoutResult {
    /// The server confirmed that it was finished with success.
    Finished,
    /// The connection was gone when it should have been finished; the next run finishes it.
    NotConfirmed,
    /// The files were written from an archive, which is made before the end; the manifest beside it knows.
    FromArchive,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its Arrow type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether cells can be null.
    pub nullable: bool,
}

/// A file of the export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Its name in the folder.
    pub name: String,
    /// Its size.
    pub size_bytes: u64,
    /// SHA-256 of its content, hex.
    pub sha256: String,
    /// The rows in it; of an archive, the rows that it gives.
    pub rows: u64,
    /// Characters that this format cannot carry and that stand in it as U+FFFD.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub replaced_characters: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl File {
    /// The entry of a file that was written.
    pub fn of(written: &Written) -> Self {
        Self {
            name: written.name.to_owned(),
            size_bytes: written.size_bytes,
            sha256: hex::encode(written.sha256),
            rows: written.rows,
            replaced_characters: written.replaced,
        }
    }
}

impl Manifest {
    /// The text of the file: indented JSON with a line end.
    ///
    /// # Errors
    /// None in practice; serde's interface has one.
    pub fn to_text(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

/// The files that a manifest names, or `None` if it is not one of ours. Of any version: only what says whose it is and
/// what belongs to it is looked at.
pub(crate) fn listed_files(text: &[u8]) -> Option<Vec<String>> {
    #[derive(Deserialize)]
    struct Outline {
        tool: String,
        files: Vec<Named>,
    }
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }
    let outline: Outline = serde_json::from_slice(text).ok()?;
    (outline.tool == TOOL).then(|| outline.files.into_iter().map(|file| file.name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_manifest_of_ours_lists_files() {
        let ours =
            br#"{"tool":"takeout-export","manifest_version":99,"files":[{"name":"contacts.csv","x":1}]}"#;
        assert_eq!(listed_files(ours), Some(vec!["contacts.csv".to_owned()]));
        for other in
            [&b"{}"[..], b"", b"[]", br#"{"tool":"webpack","files":[]}"#, br#"{"tool":"takeout-export"}"#]
        {
            assert_eq!(listed_files(other), None);
        }
    }
}
