//! What Telegram says about the account.

mod flag;
mod usernames;

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::Int64Builder;
use arrow_schema::{ArrowError, DataType, Field};
use contacts::Contact;
use tl_api::types::UserRef;

use self::flag::{AFTER_NAMES, Flag};
use self::usernames::Usernames;
use super::Group;
use super::cell::Text;

/// `user_id`, `access_hash` on wish, `is_min`, the names, the flags, `lang_code`.
pub(super) struct Users {
    id: Int64Builder,
    access_hash: Option<Int64Builder>,
    is_min: Flag,
    first_name: Text,
    last_name: Text,
    username: Text,
    usernames: Usernames,
    flags: Vec<Flag>,
    lang_code: Text,
}

impl Users {
    pub(super) fn new(with_access_hash: bool) -> Self {
        Self {
            id: Int64Builder::new(),
            access_hash: with_access_hash.then(Int64Builder::new),
            is_min: Flag::is_min(),
            first_name: Text::new("first_name"),
            last_name: Text::new("last_name"),
            username: Text::new("username"),
            usernames: Usernames::new(),
            flags: AFTER_NAMES.iter().map(|(name, read)| Flag::new(name, *read)).collect(),
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
            self.is_min.field(),
            self.first_name.field(),
            self.last_name.field(),
            self.username.field(),
            Usernames::field(),
        ]);
        fields.extend(self.flags.iter().map(Flag::field));
        fields.push(self.lang_code.field());
        fields
    }

    fn append(&mut self, contact: &Contact<'_>) {
        let user = contact.user();
        self.id.append_option(contact.person.as_ref().map(|person| person.id));
        if let Some(access_hash) = &mut self.access_hash {
            access_hash.append_option(user.and_then(|user| user.access_hash));
        }
        self.is_min.append(contact);
        self.first_name.append(user.and_then(|user| user.first_name));
        self.last_name.append(user.and_then(|user| user.last_name));
        self.username.append(user.and_then(|user| user.username));
        self.usernames.append(user.and_then(UserRef::usernames));
        for flag in &mut self.flags {
            flag.append(contact);
        }
        self.lang_code.append(user.and_then(UserRef::lang_code));
    }

    fn finish(&mut self, columns: &mut Vec<ArrayRef>) -> Result<(), ArrowError> {
        columns.push(Arc::new(self.id.finish()));
        if let Some(access_hash) = &mut self.access_hash {
            columns.push(Arc::new(access_hash.finish()));
        }
        columns.extend([
            self.is_min.finish(),
            self.first_name.finish()?,
            self.last_name.finish()?,
            self.username.finish()?,
            self.usernames.finish()?,
        ]);
        columns.extend(self.flags.iter_mut().map(Flag::finish));
        columns.push(self.lang_code.finish()?);
        Ok(())
    }

    fn replaced(&self, counts: &mut BTreeMap<&'static str, u64>) {
        for text in [&self.first_name, &self.last_name, &self.username, &self.lang_code] {
            text.replaced(counts);
        }
        self.usernames.replaced(counts);
    }
}
