//! The builders that columns are made of: what becomes an Arrow array, with its name and the rule for what it cannot hold.

mod number;
mod text;

use std::mem;
use std::sync::Arc;

use arrow_array::types::{Int32Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, DictionaryArray, PrimitiveArray, StringArray};
use arrow_buffer::NullBuffer;
use arrow_schema::{ArrowError, DataType, Field, TimeUnit};

pub(super) use self::number::{Answers, Numbers, Validity, bits};
pub(super) use self::text::{NAME_BYTES, Text};
use super::label::Label;

/// All our times are UTC, and say so in the type.
pub(super) const UTC: &str = "UTC";

/// Stands for no word among the keys.
const NO_WORD: i32 = -1;

/// A column of a few known words: four bytes a row, and each word once.
pub(super) struct Word {
    name: &'static str,
    /// A place among the words; [`NO_WORD`] for a null.
    keys: Vec<i32>,
    words: Arc<StringArray>,
    nullable: bool,
}

impl Word {
    pub(super) fn new<L: Label>(name: &'static str, nullable: bool) -> Self {
        let words = L::ALL.iter().map(|label| Some(label.as_str())).collect::<StringArray>();
        Self { name, keys: Vec::new(), words: Arc::new(words), nullable }
    }

    pub(super) fn field(&self) -> Field {
        let kind = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        Field::new(self.name, kind, self.nullable)
    }

    pub(super) fn reserve(&mut self, rows: usize) {
        self.keys.reserve(rows);
    }

    pub(super) fn append<L: Label>(&mut self, labels: impl Iterator<Item = Option<L>>) {
        self.keys.extend(labels.map(|label| label.map_or(NO_WORD, L::key)));
    }

    /// Rows without a word.
    pub(super) fn append_nulls(&mut self, rows: usize) {
        self.keys.resize(self.keys.len() + rows, NO_WORD);
    }

    pub(super) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let words: ArrayRef = Arc::<StringArray>::clone(&self.words);
        let mut keys = mem::take(&mut self.keys);
        let is_valid = NullBuffer::new(bits(&keys, |key| key != NO_WORD));
        let nulls = Some(is_valid).filter(|nulls| nulls.null_count() > 0);
        // what stands below a null must be a key too
        for key in &mut keys {
            *key = (*key).max(0);
        }
        let keys = PrimitiveArray::try_new(keys.into(), nulls)?;
        Ok(shared(DictionaryArray::<Int32Type>::try_new(keys, words)?))
    }
}

/// A column of points in time: microseconds, UTC.
pub(super) struct Time {
    name: &'static str,
    micros: Numbers<TimestampMicrosecondType>,
    nullable: bool,
}

impl Time {
    pub(super) fn new(name: &'static str, nullable: bool) -> Self {
        Self { name, micros: Numbers::default(), nullable }
    }

    pub(super) fn field(&self) -> Field {
        let kind = DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into()));
        Field::new(self.name, kind, self.nullable)
    }

    pub(super) fn reserve(&mut self, rows: usize) {
        self.micros.reserve(rows);
    }

    pub(super) fn append_micros(&mut self, micros: impl Iterator<Item = Option<i64>> + Clone) {
        self.micros.append(micros);
    }

    /// Adds times of the protocol: seconds since 1970 in 32 bits, where zero and less mean that it is not known.
    pub(super) fn append_unix(&mut self, secs: impl Iterator<Item = Option<i32>> + Clone) {
        self.append_micros(secs.map(|secs| {
            let known = secs.filter(|secs| *secs > 0)?;
            Some(i64::from(known) * 1_000_000)
        }));
    }

    pub(super) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(shared(self.micros.finish()?.with_timezone(UTC)))
    }
}

/// An array as a batch takes it.
pub(super) fn shared(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;
    use arrow_array::{Array, types::TimestampMicrosecondType};
    use contacts::Source;

    use super::*;

    #[test]
    fn a_word_is_a_key_into_all_words() {
        let mut column = Word::new::<Source>("source", true);
        column.append([Some(Source::Both), None].into_iter());
        let array = column.finish().unwrap();
        let words = array.as_dictionary::<Int32Type>().downcast_dict::<StringArray>().unwrap();
        let texts: Vec<_> = words.into_iter().collect();
        assert_eq!(texts, [Some("both"), None]);
    }

    #[test]
    fn a_second_of_zero_is_no_time() {
        let mut column = Time::new("saved_at", true);
        column.append_unix([Some(1), Some(0), Some(-1), None, Some(i32::MAX)].into_iter());
        let array = column.finish().unwrap();
        let micros: Vec<_> = array.as_primitive::<TimestampMicrosecondType>().iter().collect();
        assert_eq!(micros, [Some(1_000_000), None, None, None, Some(2_147_483_647_000_000)]);
        assert!(array.data_type().to_string().contains("UTC"));
    }
}
