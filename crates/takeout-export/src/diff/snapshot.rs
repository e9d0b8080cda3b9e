//! What two exports are compared by.

use arrow_schema::ArrowError;
use contacts::Digits;

use crate::read::Table;
use crate::sink::People;

/// The rows of an export, as far as a comparison needs them.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// In the order of the export.
    pub rows: Vec<Known>,
}

/// A row.
#[derive(Clone, PartialEq, Eq)]
pub struct Known {
    /// `row_id`.
    pub row_id: String,
    /// The name in the phone book, or where none is saved that of the account.
    pub name: String,
    /// The number as it was sent.
    pub phone: Option<String>,
    /// Its digits, by which numbers are compared.
    pub digits: Option<Digits>,
    /// The account.
    pub user_id: Option<i64>,
    /// `is_mutual`.
    pub is_mutual: Option<bool>,
    /// `is_deleted`.
    pub is_deleted: bool,
}

impl Snapshot {
    /// Out of the rows of an export.
    ///
    /// # Errors
    /// [`ArrowError`] if they are not those of an export.
    pub fn of(table: &Table) -> Result<Self, ArrowError> {
        let mut rows = Vec::new();
        for batch in &table.batches {
            rows.extend(People::of(batch)?.iter().map(|person| Known {
                row_id: person.row_id.to_owned(),
                name: person.name().full(),
                phone: person.phone.map(str::to_owned),
                digits: person.phone.and_then(|phone| Digits::of(phone.as_bytes())),
                user_id: person.user_id,
                is_mutual: person.is_mutual,
                is_deleted: person.is_deleted == Some(true),
            }));
        }
        Ok(Self { rows })
    }
}

/// Names and numbers are not for logs.
impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("row_id", &self.row_id).finish_non_exhaustive()
    }
}
