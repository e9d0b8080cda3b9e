//! The builders that columns are made of: what becomes an Arrow array, with its name and the rule for what it cannot hold.

mod number;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;

use arrow_array::types::{Int32Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, DictionaryArray, PrimitiveArray, StringArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, TimeUnit};
use tl_codec::Str;

pub(super) use self::number::{Answers, Numbers, Validity};
use super::label::Label;

/// All our times are UTC, and say so in the type.
pub(super) const UTC: &str = "UTC";

/// A column of text as the server sent it.
///
/// The bytes go from the reply into the array's buffer unread; whether they are UTF-8 is asked once for the whole column,
/// which is cheaper than once for each name. What is not becomes U+FFFD and is counted: one broken name never fails an
/// export.
pub(super) struct Text {
    name: &'static str,
    values: Vec<u8>,
    /// Where each row begins, and where the last one ends.
    offsets: Vec<i32>,
    validity: Validity,
    replaced: u64,
}

impl Text {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, values: Vec::new(), offsets: vec![0], validity: Validity::default(), replaced: 0 }
    }

    pub(super) fn field(&self) -> Field {
        Field::new(self.name, DataType::Utf8, true)
    }

    pub(super) fn append(&mut self, text: Option<Str<'_>>) {
        if let Some(text) = text {
            self.values.extend_from_slice(text.as_bytes());
        }
        self.end_row(text.is_some());
    }

    /// Adds text that is made here and not read: `write` puts it behind what is there.
    pub(super) fn append_with(&mut self, write: Option<impl FnOnce(&mut Vec<u8>)>) {
        let is_valid = write.is_some();
        if let Some(write) = write {
            write(&mut self.values);
        }
        self.end_row(is_valid);
    }

    /// Rows without text.
    pub(super) fn append_nulls(&mut self, rows: usize) {
        let end = self.offsets.last().copied().unwrap_or_default();
        self.offsets.resize(self.offsets.len() + rows, end);
        self.validity.append_nulls(rows);
    }

    fn end_row(&mut self, is_valid: bool) {
        // a batch is thousands of rows of one reply, which a connection bounds far below two gigabytes
        self.offsets.push(i32::try_from(self.values.len()).unwrap_or(i32::MAX));
        self.validity.append(is_valid);
    }

    pub(super) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let whole = Buffer::from_vec(mem::take(&mut self.values));
        let offsets = OffsetBuffer::new(mem::replace(&mut self.offsets, vec![0]).into());
        let nulls = self.validity.finish();
        // the whole buffer is checked as UTF-8, and that every row begins with a character
        match StringArray::try_new(offsets.clone(), whole.clone(), nulls.clone()) {
            Ok(array) => Ok(shared(array)),
            Err(_) => self.repaired(&offsets, &whole, nulls),
        }
    }

    /// The column once more, row by row, with U+FFFD where a row is not UTF-8.
    #[cold]
    fn repaired(
        &mut self,
        offsets: &[i32],
        whole: &[u8],
        nulls: Option<NullBuffer>,
    ) -> Result<ArrayRef, ArrowError> {
        let mut values = Vec::with_capacity(whole.len());
        let mut repaired = vec![0];
        for (row, (from, to)) in offsets.iter().zip(offsets.iter().skip(1)).enumerate() {
            let place = usize::try_from(*from).unwrap_or_default()..usize::try_from(*to).unwrap_or_default();
            let bytes = whole.get(place).unwrap_or_default();
            let text = Str::new(bytes).to_str_counted(&mut self.replaced);
            if matches!(text, Cow::Owned(_)) {
                tracing::debug!(column = self.name, row, "a text that is not UTF-8");
            }
            values.extend_from_slice(text.as_bytes());
            repaired.push(i32::try_from(values.len()).unwrap_or(i32::MAX));
        }
        let offsets = OffsetBuffer::new(repaired.into());
        Ok(shared(StringArray::try_new(offsets, Buffer::from_vec(values), nulls)?))
    }

    pub(super) fn replaced(&self, counts: &mut BTreeMap<&'static str, u64>) {
        counts.insert(self.name, self.replaced);
    }
}

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

    pub(super) fn append<L: Label>(&mut self, label: Option<L>) {
        self.keys.push(label.map_or(NO_WORD, L::key));
    }

    /// Rows without a word.
    pub(super) fn append_nulls(&mut self, rows: usize) {
        self.keys.resize(self.keys.len() + rows, NO_WORD);
    }

    pub(super) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let words: ArrayRef = Arc::<StringArray>::clone(&self.words);
        let mut keys = mem::take(&mut self.keys);
        let is_valid = BooleanBuffer::collect_bool(keys.len(), |row| keys.get(row) != Some(&NO_WORD));
        let nulls = Some(NullBuffer::new(is_valid)).filter(|nulls| nulls.null_count() > 0);
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

    pub(super) fn append_micros(&mut self, micros: Option<i64>) {
        self.micros.append(micros);
    }

    /// Adds a time of the protocol: seconds since 1970 in 32 bits, where zero and less mean that it is not known.
    pub(super) fn append_unix(&mut self, secs: Option<i32>) {
        let known = secs.filter(|secs| *secs > 0);
        self.append_micros(known.map(|secs| i64::from(secs) * 1_000_000));
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
    fn broken_text_is_replaced_and_counted_and_a_real_u_fffd_is_not() {
        let mut column = Text::new("first_name");
        for bytes in [b"ok".as_slice(), b"\xff\xfe", "\u{fffd}".as_bytes(), b"a\xe2\x82b\0"] {
            column.append(Some(Str::new(bytes)));
        }
        column.append(None);
        let array = column.finish().unwrap();
        let texts: Vec<_> = array.as_string::<i32>().iter().collect();
        let expected = [Some("ok"), Some("\u{fffd}\u{fffd}"), Some("\u{fffd}"), Some("a\u{fffd}b\0"), None];
        assert_eq!(texts, expected);
        let mut counts = BTreeMap::new();
        column.replaced(&mut counts);
        assert_eq!(counts["first_name"], 3);
    }

    /// Two halves of a character are UTF-8 in one buffer and not in two rows.
    #[test]
    fn a_character_that_is_torn_between_rows_is_no_text() {
        let mut column = Text::new("first_name");
        for bytes in [b"a\xc3".as_slice(), b"\xa9b", b"ok"] {
            column.append(Some(Str::new(bytes)));
        }
        let array = column.finish().unwrap();
        let texts: Vec<_> = array.as_string::<i32>().iter().flatten().collect();
        assert_eq!((texts, column.replaced), (vec!["a\u{fffd}", "\u{fffd}b", "ok"], 2));
    }

    #[test]
    fn a_word_is_a_key_into_all_words() {
        let mut column = Word::new::<Source>("source", true);
        column.append(Some(Source::Both));
        column.append(None::<Source>);
        let array = column.finish().unwrap();
        let words = array.as_dictionary::<Int32Type>().downcast_dict::<StringArray>().unwrap();
        let texts: Vec<_> = words.into_iter().collect();
        assert_eq!(texts, [Some("both"), None]);
    }

    #[test]
    fn a_second_of_zero_is_no_time() {
        let mut column = Time::new("saved_at", true);
        for secs in [Some(1), Some(0), Some(-1), None, Some(i32::MAX)] {
            column.append_unix(secs);
        }
        let array = column.finish().unwrap();
        let micros: Vec<_> = array.as_primitive::<TimestampMicrosecondType>().iter().collect();
        assert_eq!(micros, [Some(1_000_000), None, None, None, Some(2_147_483_647_000_000)]);
        assert!(array.data_type().to_string().contains("UTC"));
    }
}
