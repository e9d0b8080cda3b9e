//! A folder of dated exports, laid out as Hive does it, so that DuckDB, Polars and Spark read all of them as one table:
//!
//! ```text
//! HISTORY/account_id=4711/export_date=2024-06-30/contacts.parquet, …
//! HISTORY/account_id=4711/export_date=2024-07-07/contacts.parquet, …
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

/// The key of the folders for accounts.
const ACCOUNT: &str = "account_id=";
/// The key of the folders for days.
const DAY: &str = "export_date=";

/// An export of the history.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dated {
    /// Whose.
    pub account_id: i64,
    /// Of which day, UTC.
    pub day: Date,
    /// Where it lies.
    pub folder: PathBuf,
}

/// Where the export of an account and a day belongs.
pub fn folder(history: &Path, account_id: i64, day: Date) -> PathBuf {
    history.join(format!("{ACCOUNT}{account_id}")).join(format!("{DAY}{day}"))
}

/// The exports of a history, by account and day. Whatever else lies there is left aside.
///
/// # Errors
/// Whatever the file system says.
pub fn exports(history: &Path) -> io::Result<Vec<Dated>> {
    let mut found = Vec::new();
    for (account, path) in keyed(history, ACCOUNT)? {
        let Ok(account_id) = account.parse() else { continue };
        for (day, folder) in keyed(&path, DAY)? {
            if let Ok(day) = day.parse() {
                found.push(Dated { account_id, day, folder });
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The folders whose name is this key and a value.
fn keyed(folder: &Path, key: &str) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if let Some(value) = name.to_str().and_then(|name| name.strip_prefix(key))
            && entry.file_type()?.is_dir()
        {
            found.push((value.to_owned(), entry.path()));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_found_in_the_order_of_time() {
        let history = tempfile::tempdir().unwrap();
        let days = ["2024-07-07", "2024-06-30", "2023-12-31"].map(|day| day.parse::<Date>().unwrap());
        for day in days {
            fs::create_dir_all(folder(history.path(), 7, day)).unwrap();
        }
        for other in ["account_id=7/export_date=soon", "account_id=me/export_date=2024-01-01", "notes"] {
            fs::create_dir_all(history.path().join(other)).unwrap();
        }
        fs::write(history.path().join("account_id=8"), "a file").unwrap();
        let found = exports(history.path()).unwrap();
        assert_eq!(found.iter().map(|dated| dated.day).collect::<Vec<_>>(), [days[2], days[1], days[0]]);
        assert!(found.iter().all(|dated| dated.folder == folder(history.path(), 7, dated.day)));
    }
}
