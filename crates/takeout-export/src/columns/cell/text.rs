//! Columns of text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hint::select_unpredictable;
use std::mem;

use arrow_array::{ArrayRef, StringArray};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field};
use tl_codec::Str;

use super::{Validity, shared};
use crate::columns::{MAX_NAMED_ROWS, Replaced};

/// How many bytes of room a name is given from the start.
pub(in crate::columns) const NAME_BYTES: usize = 12;

/// Most names, user names and phone numbers fit into one block.
const BLOCK_LEN: usize = 16;

/// A column of text as the server sent it.
///
/// The bytes go from the reply into the array's buffer unread; whether they are UTF-8 is asked once for the whole column,
/// which is cheaper than once for each name. What is not becomes U+FFFD, is counted, and its rows are named: one broken
/// name never fails an export.
pub(in crate::columns) struct Text {
    name: &'static str,
    values: Vec<u8>,
    /// Where each row begins, and where the last one ends.
    offsets: Vec<i32>,
    validity: Validity,
    /// Rows that were finished in earlier batches.
    rows_before: usize,
    replaced: Replaced,
}

impl Text {
    pub(in crate::columns) fn new(name: &'static str) -> Self {
        Self {
            name,
            values: Vec::new(),
            offsets: vec![0],
            validity: Validity::default(),
            rows_before: 0,
            replaced: Replaced::default(),
        }
    }

    pub(in crate::columns) fn field(&self) -> Field {
        Field::new(self.name, DataType::Utf8, true)
    }

    /// Makes room for rows of so many bytes each.
    pub(in crate::columns) fn reserve(&mut self, rows: usize, row_bytes: usize) {
        self.values.reserve(rows * row_bytes);
        self.offsets.reserve(rows);
        self.validity.reserve(rows);
    }

    pub(in crate::columns) fn append<'a>(&mut self, texts: impl Iterator<Item = Option<Str<'a>>> + Clone) {
        let is_there = texts.clone().map(|text| text.is_some());
        self.append_where(is_there, texts.map(Option::unwrap_or_default));
    }

    /// Adds texts, of which those that are not there are empty.
    pub(in crate::columns) fn append_where<'a>(
        &mut self,
        is_there: impl Iterator<Item = bool>,
        texts: impl Iterator<Item = Str<'a>>,
    ) {
        if !self.validity.append(is_there) {
            // what hardly anybody has: all of the rows end where they begin
            self.offsets.resize(self.validity.rows() + 1, offset(&self.values));
            return;
        }
        self.offsets.extend(texts.map(|text| {
            put(text.as_bytes(), &mut self.values);
            offset(&self.values)
        }));
    }

    /// Adds texts that are made here and not read: `write` puts one behind what is there.
    pub(in crate::columns) fn append_with<T>(
        &mut self,
        rows: impl Iterator<Item = Option<T>> + Clone,
        mut write: impl FnMut(T, &mut Vec<u8>),
    ) {
        self.validity.append(rows.clone().map(|row| row.is_some()));
        self.offsets.extend(rows.map(|row| {
            if let Some(row) = row {
                write(row, &mut self.values);
            }
            offset(&self.values)
        }));
    }

    /// Rows without text.
    pub(in crate::columns) fn append_nulls(&mut self, rows: usize) {
        let end = self.offsets.last().copied().unwrap_or_default();
        self.offsets.resize(self.offsets.len() + rows, end);
        self.validity.append_nulls(rows);
    }

    pub(in crate::columns) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let whole = Buffer::from_vec(mem::take(&mut self.values));
        let offsets = OffsetBuffer::new(mem::replace(&mut self.offsets, vec![0]).into());
        let nulls = self.validity.finish();
        // the whole buffer is checked as UTF-8, and that every row begins with a character
        let array = match StringArray::try_new(offsets.clone(), whole.clone(), nulls.clone()) {
            Ok(array) => shared(array),
            Err(_) => self.repaired(&offsets, &whole, nulls)?,
        };
        self.rows_before += offsets.len().saturating_sub(1);
        Ok(array)
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
        for (row, (from, to)) in (self.rows_before..).zip(offsets.iter().zip(offsets.iter().skip(1))) {
            let place = usize::try_from(*from).unwrap_or_default()..usize::try_from(*to).unwrap_or_default();
            let bytes = whole.get(place).unwrap_or_default();
            let text = Str::new(bytes).to_str_counted(&mut self.replaced.characters);
            if matches!(text, Cow::Owned(_)) && self.replaced.rows.len() < MAX_NAMED_ROWS {
                self.replaced.rows.push(row);
            }
            values.extend_from_slice(text.as_bytes());
            repaired.push(i32::try_from(values.len()).unwrap_or(i32::MAX));
        }
        let offsets = OffsetBuffer::new(repaired.into());
        Ok(shared(StringArray::try_new(offsets, Buffer::from_vec(values), nulls)?))
    }

    pub(in crate::columns) fn replaced(&self, counts: &mut BTreeMap<&'static str, Replaced>) {
        counts.insert(self.name, self.replaced.clone());
    }

    /// Rows that were finished so far.
    pub(in crate::columns) fn finished_rows(&self) -> usize {
        self.rows_before
    }

    /// Names the rows that were found broken, where this column's rows are items of another's.
    pub(in crate::columns) fn rename_rows(&mut self, from: usize, name: impl Fn(usize) -> usize) {
        for row in self.replaced.rows.iter_mut().filter(|row| **row >= from) {
            *row = name(*row);
        }
    }
}

/// Where the next text begins.
fn offset(values: &[u8]) -> i32 {
    // a batch is thousands of rows of one reply, which a connection bounds far below two gigabytes
    i32::try_from(values.len()).unwrap_or(i32::MAX)
}

/// Puts a text behind what is there.
///
/// Nobody can predict which names there are and how long they are, so most of them are copied without a branch.
fn put(text: &[u8], values: &mut Vec<u8>) {
    let end = values.len() + text.len();
    let from = select_unpredictable(text.is_empty(), [0; 4].as_slice(), text);
    let last = from.len().wrapping_sub(4);
    if last > BLOCK_LEN - 4 {
        values.extend_from_slice(text);
        return;
    }
    values.extend_from_slice(&[0; BLOCK_LEN]);
    if let Some(block) = values.last_chunk_mut::<BLOCK_LEN>() {
        for at in [0, last.min(4), last.min(8), last] {
            if let (Some(to), Some(from)) = (block.get_mut(at..at + 4), from.get(at..at + 4)) {
                to.copy_from_slice(from);
            }
        }
    }
    values.truncate(end);
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;

    use super::*;

    #[test]
    fn texts_of_every_length_follow_each_other() {
        let letters: String = ('a'..='z').cycle().take(60).collect();
        let texts: Vec<&str> = (0..letters.len()).flat_map(|len| ["", &letters[..len]]).collect();
        let mut column = Text::new("first_name");
        column.append(texts.iter().map(|text| Some(Str::new(text.as_bytes()))));
        assert!(column.finish().unwrap().as_string::<i32>().iter().flatten().eq(texts));
    }

    #[test]
    fn broken_text_is_replaced_and_counted_and_a_real_u_fffd_is_not() {
        let mut column = Text::new("first_name");
        let rows = [b"ok".as_slice(), b"\xff\xfe", "\u{fffd}".as_bytes(), b"a\xe2\x82b\0"];
        column.append(rows.into_iter().map(|bytes| Some(Str::new(bytes))));
        column.append([None].into_iter());
        let array = column.finish().unwrap();
        let texts: Vec<_> = array.as_string::<i32>().iter().collect();
        let expected = [Some("ok"), Some("\u{fffd}\u{fffd}"), Some("\u{fffd}"), Some("a\u{fffd}b\0"), None];
        assert_eq!(texts, expected);
        let mut counts = BTreeMap::new();
        column.replaced(&mut counts);
        assert_eq!(counts["first_name"], Replaced { characters: 3, rows: vec![1, 3] });
    }

    /// Two halves of a character are UTF-8 in one buffer and not in two rows.
    #[test]
    fn a_character_that_is_torn_between_rows_is_no_text() {
        let mut column = Text::new("first_name");
        let rows = [b"a\xc3".as_slice(), b"\xa9b", b"ok"];
        column.append(rows.into_iter().map(|bytes| Some(Str::new(bytes))));
        let array = column.finish().unwrap();
        let texts: Vec<_> = array.as_string::<i32>().iter().flatten().collect();
        assert_eq!(texts, ["a\u{fffd}", "\u{fffd}b", "ok"]);
        assert_eq!(column.replaced, Replaced { characters: 2, rows: vec![0, 1] });
    }

    #[test]
    fn rows_count_on_from_batch_to_batch_and_no_more_are_named_than_one_reads() {
        let mut column = Text::new("first_name");
        for batch in [vec![b"ok".as_slice(); 3], vec![b"\xff".as_slice(); 150]] {
            column.append(batch.into_iter().map(|bytes| Some(Str::new(bytes))));
            column.finish().unwrap();
        }
        assert_eq!(column.replaced.characters, 150);
        assert!(column.replaced.rows.iter().copied().eq(3..103));
    }
}
