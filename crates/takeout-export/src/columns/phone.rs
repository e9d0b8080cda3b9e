//! Phone numbers, as they were sent and as they can be dialled.

use std::collections::BTreeMap;

use arrow_array::ArrayRef;
use arrow_schema::{ArrowError, Field};
use contacts::{Contact, MAX_E164_DIGITS, Number, PhoneSource};

use super::cell::{Text, Word};
use super::rows::Rows;
use super::{Group, Replaced};

/// `phone`, `phone_e164`, `phone_region`, `phone_source`, `saved_phone`, `user_phone`.
pub(super) struct Phones {
    phone: Text,
    e164: Text,
    region: Text,
    source: Word,
    saved: Text,
    user: Text,
    /// Of the rows that are being added.
    numbers: Vec<Option<Number>>,
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
            numbers: Vec::new(),
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

    fn reserve(&mut self, rows: usize) {
        for texts in [&mut self.phone, &mut self.e164, &mut self.saved, &mut self.user] {
            texts.reserve(rows, 1 + MAX_E164_DIGITS);
        }
        self.region.reserve(rows, 2);
        self.source.reserve(rows);
    }

    fn append(&mut self, rows: &Rows<'_, '_>) {
        self.saved.append_where(rows.has_saved.iter().copied(), rows.saved.iter().map(|saved| saved.phone));
        self.user.append(rows.users.iter().map(|user| (*user)?.phone));
        let rows = rows.contacts.iter();
        self.numbers.clear();
        self.numbers.extend(rows.clone().map(|row| row.digits.and_then(Number::of)));
        let numbers = self.numbers.iter().copied();
        self.e164.append_with(numbers.clone(), |number, values| number.append_to(values));
        self.region.append_with(numbers.map(|number| number?.region()), |region, values| {
            region.append_to(values);
        });
        self.phone.append(rows.clone().map(Contact::phone));
        self.source.append(rows.map(Contact::phone_source));
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

    fn replaced(&self, counts: &mut BTreeMap<&'static str, Replaced>) {
        for text in [&self.phone, &self.saved, &self.user] {
            text.replaced(counts);
        }
    }
}
