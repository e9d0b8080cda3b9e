//! Columns of numbers and of answers, and which rows have a value.

use std::mem;

use arrow_array::{ArrowPrimitiveType, BooleanArray, PrimitiveArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow_schema::ArrowError;

/// Which rows have a value: a byte a row until the end, when they are packed into bits all at once. That is several times
/// as fast as to set a bit with each row.
#[derive(Debug, Default)]
pub(in crate::columns) struct Validity(Vec<bool>);

impl Validity {
    pub(in crate::columns) fn append(&mut self, is_valid: bool) {
        self.0.push(is_valid);
    }

    /// Rows without a value.
    pub(in crate::columns) fn append_nulls(&mut self, rows: usize) {
        self.0.resize(self.0.len() + rows, false);
    }

    /// `None` if every row has a value.
    pub(in crate::columns) fn finish(&mut self) -> Option<NullBuffer> {
        Some(NullBuffer::new(bits(&mut self.0))).filter(|nulls| nulls.null_count() > 0)
    }
}

/// Takes the rows out, a bit each.
fn bits(rows: &mut Vec<bool>) -> BooleanBuffer {
    let count = rows.len();
    // whole bytes; the bits behind the last row are not looked at
    rows.resize(count.next_multiple_of(8), false);
    let bytes: Vec<u8> = rows.as_chunks().0.iter().copied().map(packed).collect();
    rows.clear();
    BooleanBuffer::new(Buffer::from_vec(bytes), 0, count)
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
    pub(in crate::columns) fn append(&mut self, answer: Option<bool>) {
        self.values.push(answer.unwrap_or_default());
        self.validity.append(answer.is_some());
    }

    pub(in crate::columns) fn finish(&mut self) -> BooleanArray {
        BooleanArray::new(bits(&mut self.values), self.validity.finish())
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
    pub(in crate::columns) fn append(&mut self, value: Option<T::Native>) {
        self.values.push(value.unwrap_or_default());
        self.validity.append(value.is_some());
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
            assert_eq!(packed(std::array::from_fn(|row| byte >> row & 1 == 1)), byte);
        }
    }

    #[test]
    fn bits_are_as_rows_were() {
        for len in 0..20 {
            let rows: Vec<bool> = (0..len).map(|row| row % 3 == 1 || row == 7).collect();
            let mut validity = Validity::default();
            for row in &rows {
                validity.append(*row);
            }
            let bits = validity.finish().map(|nulls| nulls.iter().collect());
            assert_eq!(bits, Some(rows).filter(|rows| !rows.iter().all(|row| *row)));
        }
    }

    #[test]
    fn a_column_is_taken_out_and_starts_again() {
        let mut column = Numbers::<Int32Type>::default();
        for value in [Some(7), None, Some(-7)] {
            column.append(value);
        }
        column.append_nulls(2);
        let array = column.finish().unwrap();
        assert_eq!(array.iter().collect::<Vec<_>>(), [Some(7), None, Some(-7), None, None]);
        column.append(Some(1));
        let array = column.finish().unwrap();
        // no row without a value: no bits
        assert_eq!((array.values().as_ref(), array.nulls()), ([1].as_slice(), None));
    }
}
