//! Columns of numbers and of answers, and which rows have a value.

use std::{array, mem};

use arrow_array::{ArrowPrimitiveType, BooleanArray, PrimitiveArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow_schema::ArrowError;

/// Which rows have a value: a byte a row until the end, when they are packed into bits all at once. That is several times
/// as fast as to set a bit with each row.
#[derive(Debug, Default)]
pub(in crate::columns) struct Validity(Vec<bool>);

impl Validity {
    pub(in crate::columns) fn reserve(&mut self, rows: usize) {
        self.0.reserve(rows);
    }

    /// Adds rows; true if any of them has a value.
    pub(in crate::columns) fn append(&mut self, are_valid: impl Iterator<Item = bool>) -> bool {
        let before = self.0.len();
        self.0.extend(are_valid);
        self.0.get(before..).is_some_and(|new| new.contains(&true))
    }

    pub(in crate::columns) fn rows(&self) -> usize {
        self.0.len()
    }

    /// Rows without a value.
    pub(in crate::columns) fn append_nulls(&mut self, rows: usize) {
        self.0.resize(self.0.len() + rows, false);
    }

    /// `None` if every row has a value.
    pub(in crate::columns) fn finish(&mut self) -> Option<NullBuffer> {
        let rows = mem::take(&mut self.0);
        Some(NullBuffer::new(bits(&rows, |is_valid| is_valid))).filter(|nulls| nulls.null_count() > 0)
    }
}

/// A bit for each row.
pub(in crate::columns) fn bits<T: Copy>(rows: &[T], is_set: impl Fn(T) -> bool) -> BooleanBuffer {
    let (whole, rest) = rows.as_chunks();
    let mut bytes = Vec::with_capacity(rows.len().div_ceil(8));
    bytes.extend(whole.iter().map(|rows| packed(rows.map(&is_set))));
    if !rest.is_empty() {
        // the bits behind the last row are not looked at
        bytes.push(packed(array::from_fn(|row| rest.get(row).copied().is_some_and(&is_set))));
    }
    BooleanBuffer::new(Buffer::from_vec(bytes), 0, rows.len())
}

/// Eight rows as a byte, the first one in the lowest bit.
fn packed(rows: [bool; 8]) -> u8 {
    // each row's bit reaches the highest byte of the product at its own place, and no two bits meet below
    let [highest, ..] =
        u64::from_le_bytes(rows.map(u8::from)).wrapping_mul(0x0102_0408_1020_4080).to_be_bytes();
    highest
}

/// A column of yes and no.
#[derive(Debug, Default)]
pub(in crate::columns) struct Answers {
    values: Vec<bool>,
    validity: Validity,
}

impl Answers {
    pub(in crate::columns) fn reserve(&mut self, rows: usize) {
        self.values.reserve(rows);
        self.validity.reserve(rows);
    }

    pub(in crate::columns) fn append(&mut self, answers: impl Iterator<Item = Option<bool>> + Clone) {
        self.validity.append(answers.clone().map(|answer| answer.is_some()));
        self.values.extend(answers.map(Option::unwrap_or_default));
    }

    pub(in crate::columns) fn finish(&mut self) -> BooleanArray {
        let values = mem::take(&mut self.values);
        BooleanArray::new(bits(&values, |is_set| is_set), self.validity.finish())
    }
}

/// A column of numbers.
#[derive(Debug)]
pub(in crate::columns) struct Numbers<T: ArrowPrimitiveType> {
    values: Vec<T::Native>,
    validity: Validity,
}

impl<T: ArrowPrimitiveType> Default for Numbers<T> {
    fn default() -> Self {
        Self { values: Vec::new(), validity: Validity::default() }
    }
}

impl<T: ArrowPrimitiveType> Numbers<T> {
    pub(in crate::columns) fn reserve(&mut self, rows: usize) {
        self.values.reserve(rows);
        self.validity.reserve(rows);
    }

    pub(in crate::columns) fn append(&mut self, values: impl Iterator<Item = Option<T::Native>> + Clone) {
        self.validity.append(values.clone().map(|value| value.is_some()));
        self.values.extend(values.map(Option::unwrap_or_default));
    }

    /// Adds numbers, of which those that are not there are zero.
    pub(in crate::columns) fn append_where(
        &mut self,
        are_there: &[bool],
        values: impl Iterator<Item = T::Native>,
    ) {
        self.validity.append(are_there.iter().copied());
        self.values.extend(values);
    }

    /// Rows without a value.
    pub(in crate::columns) fn append_nulls(&mut self, rows: usize) {
        self.values.resize(self.values.len() + rows, T::Native::default());
        self.validity.append_nulls(rows);
    }

    pub(in crate::columns) fn finish(&mut self) -> Result<PrimitiveArray<T>, ArrowError> {
        PrimitiveArray::try_new(mem::take(&mut self.values).into(), self.validity.finish())
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;
    use arrow_array::types::Int32Type;

    use super::*;

    #[test]
    fn eight_rows_are_a_byte_whatever_they_are() {
        for byte in 0..=u8::MAX {
            assert_eq!(packed(array::from_fn(|row| byte >> row & 1 == 1)), byte);
        }
    }

    #[test]
    fn bits_are_as_rows_were() {
        for len in 0..20 {
            let rows: Vec<bool> = (0..len).map(|row| row % 3 == 1 || row == 7).collect();
            let mut validity = Validity::default();
            validity.append(rows.iter().copied());
            let bits = validity.finish().map(|nulls| nulls.iter().collect());
            assert_eq!(bits, Some(rows).filter(|rows| !rows.iter().all(|row| *row)));
        }
    }

    #[test]
    fn a_column_is_taken_out_and_starts_again() {
        let mut column = Numbers::<Int32Type>::default();
        column.append([Some(7), None, Some(-7)].into_iter());
        column.append_nulls(2);
        let array = column.finish().unwrap();
        assert_eq!(array.iter().collect::<Vec<_>>(), [Some(7), None, Some(-7), None, None]);
        column.append([Some(1)].into_iter());
        let array = column.finish().unwrap();
        // no row without a value: no bits
        assert_eq!((array.values().as_ref(), array.nulls()), ([1].as_slice(), None));
    }
}
