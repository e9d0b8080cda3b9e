//! What a row is called, whose it is, and how it came about.

use std::collections::BTreeMap;

use arrow_array::ArrayRef;
use arrow_array::builder::{Int32Builder, Int64Builder};
use arrow_schema::{ArrowError, DataType, Field};
use contacts::{Confidence, Contact, Method, Source};
use sha2::{Digest, Sha256};
use tl_codec::Str;

use super::Group;
use super::cell::{Text, Word, shared};

/// `row_id`, `account_id`, `source`, `match_method`, `match_confidence`, `match_group`.
pub(super) struct Keys {
    row_id: Text,
    account_id: Int64Builder,
    source: Word,
    method: Word,
    confidence: Word,
    group: Int32Builder,
    account: i64,
    text: String,
}

impl Keys {
    pub(super) fn new(account: i64) -> Self {
        Self {
            row_id: Text::new("row_id"),
            account_id: Int64Builder::new(),
            source: Word::new::<Source>("source", false),
            method: Word::new::<Method>("match_method", false),
            confidence: Word::new::<Confidence>("match_confidence", false),
            group: Int32Builder::new(),
            account,
            text: String::new(),
        }
    }
}

impl Group for Keys {
    fn fields(&self) -> Vec<Field> {
        vec![
            Field::new("row_id", DataType::Utf8, false),
            Field::new("account_id", DataType::Int64, false),
            self.source.field(),
            self.method.field(),
            self.confidence.field(),
            Field::new("match_group", DataType::Int32, true),
        ]
    }

    fn append(&mut self, contact: &Contact<'_>) {
        self.text.clear();
        std::fmt::Write::write_fmt(&mut self.text, format_args!("{}", contact.key)).unwrap_or_default();
        let mut digits = [0; 64];
        // sixty-four digits are what thirty-two bytes take: this cannot fail
        hex::encode_to_slice(Sha256::digest(&self.text), &mut digits).unwrap_or_default();
        self.row_id.append(Some(Str::new(&digits)));
        self.account_id.append_value(self.account);
        self.source.append(Some(contact.source()));
        self.method.append(Some(contact.method));
        self.confidence.append(Some(contact.confidence));
        self.group.append_option(contact.group);
    }

    fn finish(&mut self, columns: &mut Vec<ArrayRef>) -> Result<(), ArrowError> {
        columns.extend([
            self.row_id.finish()?,
            shared(self.account_id.finish()),
            self.source.finish()?,
            self.method.finish()?,
            self.confidence.finish()?,
            shared(self.group.finish()),
        ]);
        Ok(())
    }

    fn replaced(&self, _: &mut BTreeMap<&'static str, u64>) {}
}
