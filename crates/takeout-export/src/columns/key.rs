//! What a row is called, whose it is, and how it came about.

use std::collections::BTreeMap;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, Int64Array};
use arrow_schema::{ArrowError, DataType, Field};
use contacts::{Confidence, Method, Source};
use sha2::{Digest, Sha256};

use super::cell::{Numbers, Text, Word, shared};
use super::rows::Rows;
use super::{Group, Replaced};

/// `row_id`, `account_id`, `source`, `match_method`, `match_confidence`, `match_group`.
pub(super) struct Keys {
    row_id: Text,
    source: Word,
    method: Word,
    confidence: Word,
    group: Numbers<Int32Type>,
    account: i64,
    rows: usize,
    text: Vec<u8>,
}

impl Keys {
    pub(super) fn new(account: i64) -> Self {
        Self {
            row_id: Text::new("row_id"),
            source: Word::new::<Source>("source", false),
            method: Word::new::<Method>("match_method", false),
            confidence: Word::new::<Confidence>("match_confidence", false),
            group: Numbers::default(),
            account,
            rows: 0,
            text: Vec::new(),
        }
    }
}

/// The digits of a hash, two a byte. Written so that the compiler does many at once: there is one in each row.
fn hex(hash: [u8; 32]) -> [[u8; 2]; 32] {
    let digit = |half: u8| half + if half < 10 { b'0' } else { b'a' - 10 };
    hash.map(|byte| [digit(byte >> 4), digit(byte & 0xf)])
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

    fn reserve(&mut self, rows: usize) {
        self.row_id.reserve(rows, 2 * 32);
        for words in [&mut self.source, &mut self.method, &mut self.confidence] {
            words.reserve(rows);
        }
        self.group.reserve(rows);
    }

    fn append(&mut self, rows: &Rows<'_, '_>) {
        let contacts = rows.contacts;
        let rows = contacts.iter();
        self.row_id.append_with(rows.clone().map(|row| Some(row.key)), |key, values| {
            self.text.clear();
            key.append_to(&mut self.text);
            values.extend_from_slice(hex(Sha256::digest(&self.text).into()).as_flattened());
        });
        self.rows += contacts.len();
        self.source.append(rows.clone().map(|row| Some(row.source())));
        self.method.append(rows.clone().map(|row| Some(row.method)));
        self.confidence.append(rows.clone().map(|row| Some(row.confidence)));
        self.group.append(rows.map(|row| row.group));
    }

    fn finish(&mut self, columns: &mut Vec<ArrayRef>) -> Result<(), ArrowError> {
        columns.extend([
            self.row_id.finish()?,
            shared(Int64Array::from_value(self.account, std::mem::take(&mut self.rows))),
            self.source.finish()?,
            self.method.finish()?,
            self.confidence.finish()?,
            shared(self.group.finish()?),
        ]);
        Ok(())
    }

    fn replaced(&self, _: &mut BTreeMap<&'static str, Replaced>) {}
}
