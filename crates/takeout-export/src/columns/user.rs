//! What Telegram says about the account.

mod flag;
mod usernames;

use arrow_array::ArrayRef;
use arrow_array::types::Int64Type;
use arrow_schema::{ArrowError, DataType, Field};
use std::collections::BTreeMap;

use self::flag::Flags;
use self::usernames::Usernames;
use super::cell::{NAME_BYTES, Numbers, Text, shared};
use super::rows::Rows;
use super::{Group, Replaced};

/// `user_id`, `access_hash` on wish, `is_min`, the names, the flags, `lang_code`.
pub(super) struct Users {
    id: Numbers<Int64Type>,
    access_hash: Option<Numbers<Int64Type>>,
    first_name: Text,
    last_name: Text,
    username: Text,
    usernames: Usernames,
    flags: Flags,
    lang_code: Text,
}

impl Users {
    pub(super) fn new(with_access_hash: bool) -> Self {
        Self {
            id: Numbers::default(),
            access_hash: with_access_hash.then(Numbers::default),
            first_name: Text::new("first_name"),
            last_name: Text::new("last_name"),
            username: Text::new("username"),
            usernames: Usernames::new(),
            flags: Flags::default(),
            lang_code: Text::new("lang_code"),
        }
    }
}

impl Group for Users {
    fn fields(&self) -> Vec<Field> {
        let mut fields = vec![Field::new("user_id", DataType::Int64, true)];
        if self.access_hash.is_some() {
            fields.push(Field::new("access_hash", DataType::Int64, true));
        }
        fields.extend([
            Flags::is_min_field(),
            self.first_name.field(),
            self.last_name.field(),
            self.username.field(),
            Usernames::field(),
        ]);
        fields.extend(Flags::other_fields());
        fields.push(self.lang_code.field());
        fields
    }

    fn reserve(&mut self, rows: usize) {
        self.id.reserve(rows);
        if let Some(access_hash) = &mut self.access_hash {
            access_hash.reserve(rows);
        }
        for names in [&mut self.first_name, &mut self.last_name, &mut self.username] {
            names.reserve(rows, NAME_BYTES);
        }
        self.usernames.reserve(rows);
        self.flags.reserve(rows);
        self.lang_code.reserve(rows, 0);
    }

    fn append(&mut self, rows: &Rows<'_, '_>) {
        let users = rows.users.iter().copied();
        self.id.append_where(&rows.has_person, rows.people.iter().map(|person| person.id));
        if let Some(access_hash) = &mut self.access_hash {
            access_hash.append(users.clone().map(|user| user?.access_hash));
        }
        self.first_name.append(users.clone().map(|user| user?.first_name));
        self.last_name.append(users.clone().map(|user| user?.last_name));
        self.username.append(users.clone().map(|user| user?.username));
        self.usernames.append(users.clone().map(|user| user?.usernames()));
        self.flags.append(rows);
        self.lang_code.append(users.map(|user| user?.lang_code()));
    }

    fn finish(&mut self, columns: &mut Vec<ArrayRef>) -> Result<(), ArrowError> {
        columns.push(shared(self.id.finish()?));
        if let Some(access_hash) = &mut self.access_hash {
            columns.push(shared(access_hash.finish()?));
        }
        let [is_min, others @ ..] = self.flags.finish();
        columns.extend([
            is_min,
            self.first_name.finish()?,
            self.last_name.finish()?,
            self.username.finish()?,
            self.usernames.finish()?,
        ]);
        columns.extend(others);
        columns.push(self.lang_code.finish()?);
        Ok(())
    }

    fn replaced(&self, counts: &mut BTreeMap<&'static str, Replaced>) {
        for text in [&self.first_name, &self.last_name, &self.username, &self.lang_code] {
            text.replaced(counts);
        }
        self.usernames.replaced(counts);
    }
}
