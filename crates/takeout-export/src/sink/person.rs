//! What an address book knows of a person, found in the columns by name.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, BooleanArray, ListArray, PrimitiveArray, RecordBatch, StringArray};
use arrow_schema::ArrowError;
use contacts::extras::Birthday;

/// The columns of a batch that an address book has a use for.
pub(crate) struct People<'a> {
    rows: usize,
    row_id: Texts<'a>,
    /// Not there in a history, where the path says it.
    account_id: Option<&'a PrimitiveArray<Int64Type>>,
    source: Words<'a>,
    phone: Texts<'a>,
    phone_e164: Texts<'a>,
    saved_names: [Texts<'a>; 2],
    names: [Texts<'a>; 2],
    username: Texts<'a>,
    usernames: &'a ListArray,
    user_id: &'a PrimitiveArray<Int64Type>,
    mutual: &'a BooleanArray,
    deleted: &'a BooleanArray,
    status: Words<'a>,
    status_at: &'a PrimitiveArray<TimestampMicrosecondType>,
    saved_at: &'a PrimitiveArray<TimestampMicrosecondType>,
    exported_at: &'a PrimitiveArray<TimestampMicrosecondType>,
    /// Not there in files of before schema version 2.
    note: Option<Texts<'a>>,
    birthday: Option<[&'a PrimitiveArray<Int32Type>; 3]>,
}

/// A row, as an address book sees it. Empty texts are `None`.
#[derive(Clone, Copy)]
pub(crate) struct Person<'a> {
    pub(crate) row_id: &'a str,
    pub(crate) account_id: i64,
    pub(crate) source: &'a str,
    /// As it was sent.
    pub(crate) phone: Option<&'a str>,
    /// With a `+` in front, where it can be dialled from anywhere.
    pub(crate) phone_e164: Option<&'a str>,
    /// First and last name in the phone book.
    pub(crate) saved_name: Name<'a>,
    /// First and last name as the account shows them.
    pub(crate) account_name: Name<'a>,
    pub(crate) username: Option<&'a str>,
    pub(crate) user_id: Option<i64>,
    pub(crate) is_mutual: Option<bool>,
    pub(crate) is_deleted: Option<bool>,
    pub(crate) status: &'a str,
    pub(crate) status_at_micros: Option<i64>,
    pub(crate) saved_at_micros: Option<i64>,
    pub(crate) exported_at_micros: i64,
    pub(crate) note: Option<&'a str>,
    pub(crate) birthday: Option<Birthday>,
}

/// First and last name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Name<'a> {
    pub(crate) first: &'a str,
    pub(crate) last: &'a str,
}

impl Name<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_empty() && self.last.is_empty()
    }

    /// First, a space, last.
    pub(crate) fn full(&self) -> String {
        match (self.first, self.last) {
            (first, "") => first.to_owned(),
            ("", last) => last.to_owned(),
            (first, last) => format!("{first} {last}"),
        }
    }
}

impl<'a> Person<'a> {
    /// The name under which the person is known to whoever saved it.
    pub(crate) fn name(&self) -> Name<'a> {
        if self.saved_name.is_empty() { self.account_name } else { self.saved_name }
    }

    /// The best number there is.
    pub(crate) fn best_phone(&self) -> Option<&'a str> {
        self.phone_e164.or(self.phone)
    }

    /// Something to call the person by, whatever is missing.
    pub(crate) fn label(&self) -> String {
        let name = self.name();
        if !name.is_empty() {
            return name.full();
        }
        let username = self.username.map(|username| format!("@{username}"));
        let phone = || self.best_phone().map(str::to_owned);
        let id = || self.user_id.map(|id| format!("Telegram {id}"));
        username.or_else(phone).or_else(id).unwrap_or_else(|| "Unknown".to_owned())
    }
}

impl<'a> People<'a> {
    /// # Errors
    /// [`ArrowError::SchemaError`] if a column is missing or of another type.
    pub(crate) fn of(batch: &'a RecordBatch) -> Result<Self, ArrowError> {
        Ok(Self {
            rows: batch.num_rows(),
            row_id: Texts::of(batch, "row_id")?,
            account_id: batch.column_by_name("account_id").and_then(|column| column.as_primitive_opt()),
            source: Words::of(batch, "source")?,
            phone: Texts::of(batch, "phone")?,
            phone_e164: Texts::of(batch, "phone_e164")?,
            saved_names: [Texts::of(batch, "saved_first_name")?, Texts::of(batch, "saved_last_name")?],
            names: [Texts::of(batch, "first_name")?, Texts::of(batch, "last_name")?],
            username: Texts::of(batch, "username")?,
            usernames: column(batch, "usernames", |column| column.as_list_opt())?,
            user_id: column(batch, "user_id", |column| column.as_primitive_opt())?,
            mutual: column(batch, "is_mutual", |column| column.as_boolean_opt())?,
            deleted: column(batch, "is_deleted", |column| column.as_boolean_opt())?,
            status: Words::of(batch, "status")?,
            status_at: column(batch, "status_at", |column| column.as_primitive_opt())?,
            saved_at: column(batch, "saved_at", |column| column.as_primitive_opt())?,
            exported_at: column(batch, "exported_at", |column| column.as_primitive_opt())?,
            note: Texts::of(batch, "note").ok(),
            birthday: birthday(batch),
        })
    }

    /// Row by row.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Person<'_>> {
        (0..self.rows).map(|row| self.at(row))
    }

    fn at(&self, row: usize) -> Person<'_> {
        let name = |[first, last]: &[Texts<'a>; 2]| Name {
            first: first.at(row).unwrap_or_default(),
            last: last.at(row).unwrap_or_default(),
        };
        Person {
            row_id: self.row_id.at(row).unwrap_or_default(),
            account_id: self.account_id.map(|column| column.value(row)).unwrap_or_default(),
            source: self.source.at(row),
            phone: self.phone.at(row),
            phone_e164: self.phone_e164.at(row),
            saved_name: name(&self.saved_names),
            account_name: name(&self.names),
            username: self.username.at(row).or_else(|| self.first_username(row)),
            user_id: valid(self.user_id, row),
            is_mutual: self.mutual.is_valid(row).then(|| self.mutual.value(row)),
            is_deleted: self.deleted.is_valid(row).then(|| self.deleted.value(row)),
            status: self.status.at(row),
            status_at_micros: valid(self.status_at, row),
            saved_at_micros: valid(self.saved_at, row),
            exported_at_micros: self.exported_at.value(row),
            note: self.note.as_ref().and_then(|note| note.at(row)),
            birthday: self.birthday.and_then(|[day, month, year]| {
                Some(Birthday { day: valid(day, row)?, month: valid(month, row)?, year: valid(year, row) })
            }),
        }
    }

    /// The first active one of several. The list's items lie behind each other, and offsets say whose they are.
    fn first_username(&self, row: usize) -> Option<&str> {
        let items = self.usernames.values().as_struct_opt()?;
        let names = items.column_by_name("username")?.as_string_opt::<i32>()?;
        let active = items.column_by_name("active")?.as_boolean_opt()?;
        let offsets = self.usernames.value_offsets();
        let (from, to) = (offsets.get(row)?, offsets.get(row + 1)?);
        let mut own = usize::try_from(*from).ok()?..usize::try_from(*to).ok()?;
        own.find(|at| active.value(*at)).map(|at| names.value(at))
    }
}

fn birthday(batch: &RecordBatch) -> Option<[&PrimitiveArray<Int32Type>; 3]> {
    let part = |name| batch.column_by_name(name).and_then(|column| column.as_primitive_opt());
    Some([part("birthday_day")?, part("birthday_month")?, part("birthday_year")?])
}

struct Texts<'a>(&'a StringArray);

impl<'a> Texts<'a> {
    fn of(batch: &'a RecordBatch, name: &'static str) -> Result<Self, ArrowError> {
        column(batch, name, |column| column.as_string_opt()).map(Self)
    }

    fn at(&self, row: usize) -> Option<&'a str> {
        Some(self.0.value(row)).filter(|text| self.0.is_valid(row) && !text.is_empty())
    }
}

struct Words<'a> {
    keys: &'a PrimitiveArray<Int32Type>,
    words: &'a StringArray,
}

impl<'a> Words<'a> {
    fn of(batch: &'a RecordBatch, name: &'static str) -> Result<Self, ArrowError> {
        let dictionary = column(batch, name, |column| column.as_dictionary_opt::<Int32Type>())?;
        let words = dictionary.values().as_string_opt().ok_or_else(|| unfit(name))?;
        Ok(Self { keys: dictionary.keys(), words })
    }

    fn at(&self, row: usize) -> &'a str {
        let key = self.keys.is_valid(row).then(|| self.keys.value(row));
        key.and_then(|key| usize::try_from(key).ok()).map(|key| self.words.value(key)).unwrap_or_default()
    }
}

fn column<'a, T: ?Sized>(
    batch: &'a RecordBatch,
    name: &'static str,
    cast: impl FnOnce(&'a dyn Array) -> Option<&'a T>,
) -> Result<&'a T, ArrowError> {
    batch.column_by_name(name).and_then(|column| cast(column.as_ref())).ok_or_else(|| unfit(name))
}

fn unfit(name: &str) -> ArrowError {
    ArrowError::SchemaError(format!("the column {name} is missing or of another type"))
}

fn valid<T: arrow_array::ArrowPrimitiveType>(column: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    column.is_valid(row).then(|| column.value(row))
}
