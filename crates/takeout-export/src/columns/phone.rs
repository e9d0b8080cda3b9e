//! Phone numbers, as they were sent and as they can be dialled.

use std::collections::BTreeMap;

use arrow_array::ArrayRef;
use arrow_schema::{ArrowError, Field};
use contacts::{Contact, Number, PhoneSource};
use tl_codec::Str;

use super::Group;
use super::cell::{Text, Word};

/// `phone`, `phone_e164`, `phone_region`, `phone_source`, `saved_phone`, `user_phone`.
pub(super) struct Phones {
    phone: Text,
    e164: Text,
    region: Text,
    source: Word,
    saved: Text,
    user: Text,
}

impl Phones {
    pub(super) fn new() -> Self {
        Self {
            phone: Text::new("phone"),
            e164: Text::new("phone_e164"),
            region: Text::new("phone_region"),
            source: Word::new::<PhoneSource>("phone_source", true),
            saved: Text::new("saved_phone"),
            user: Text::new("user_phone"),
        }
    }
}

impl Group for Phones {
    fn fields(&self) -> Vec<Field> {
        vec![
            self.phone.field(),
            self.e164.field(),
            self.region.field(),
            self.source.field(),
            self.saved.field(),
            self.user.field(),
        ]
    }

    fn append(&mut self, contact: &Contact<'_>) {
        let number = contact.digits.and_then(Number::of);
        self.phone.append(contact.phone());
        self.e164.append_with(number.map(|number| move |text: &mut Vec<u8>| number.append_to(text)));
        let region = number.and_then(|number| number.region());
        self.region.append(region.as_ref().map(|region| Str::new(region.as_str().as_bytes())));
        self.source.append(contact.phone_source());
        self.saved.append(contact.saved_phone());
        self.user.append(contact.user_phone());
    }

    fn finish(&mut self, columns: &mut Vec<ArrayRef>) -> Result<(), ArrowError> {
        columns.extend([
            self.phone.finish()?,
            self.e164.finish()?,
            self.region.finish()?,
            self.source.finish()?,
            self.saved.finish()?,
            self.user.finish()?,
        ]);
        Ok(())
    }

    fn replaced(&self, counts: &mut BTreeMap<&'static str, u64>) {
        for text in [&self.phone, &self.saved, &self.user] {
            text.replaced(counts);
        }
    }
}
