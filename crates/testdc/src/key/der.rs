//! As much DER as a PKCS#1 key needs: a sequence of non-negative integers.
//!
//! ```text
//! 30 | length | 02 | length | number (big-endian, a zero in front if its first bit is set) | 02 | …
//! length: one byte below 128; else 8k and k bytes
//! ```

use num_bigint::BigUint;

use super::KeyError;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;

/// Writes `SEQUENCE { INTEGER … }`.
pub(super) fn write_numbers(numbers: &[&BigUint]) -> Vec<u8> {
    let body = numbers.iter().fold(Vec::new(), |mut body, number| {
        let mut digits = number.to_bytes_be();
        if digits.first().is_some_and(|first| first & 0x80 != 0) {
            digits.insert(0, 0);
        }
        write_element(INTEGER, &digits, &mut body);
        body
    });
    let mut out = Vec::with_capacity(body.len() + 6);
    write_element(SEQUENCE, &body, &mut out);
    out
}

fn write_element(tag: u8, content: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    match u8::try_from(content.len()) {
        Ok(len) if len < 0x80 => out.push(len),
        _ => {
            let digits = BigUint::from(content.len()).to_bytes_be();
            out.push(0x80 | u8::try_from(digits.len()).unwrap_or(0x7f));
            out.extend_from_slice(&digits);
        }
    }
    out.extend_from_slice(content);
}

/// Reads `SEQUENCE { INTEGER × N }` that fills `bytes`.
pub(super) fn read_numbers<const N: usize>(bytes: &[u8]) -> Result<[BigUint; N], KeyError> {
    let mut outer = Cursor { bytes, offset: 0 };
    let content = outer.element(SEQUENCE)?;
    let mut inner = Cursor { bytes: content, offset: outer.offset - content.len() };
    let mut numbers = [const { BigUint::ZERO }; N];
    for number in &mut numbers {
        *number = BigUint::from_bytes_be(inner.element(INTEGER)?);
    }
    if inner.bytes.is_empty() && outer.bytes.is_empty() { Ok(numbers) } else { Err(inner.fault()) }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Cursor<'a> {
    fn element(&mut self, tag: u8) -> Result<&'a [u8], KeyError> {
        if self.take(1)? != [tag] {
            return Err(self.fault());
        }
        let len = self.length()?;
        self.take(len)
    }

    fn length(&mut self) -> Result<usize, KeyError> {
        match *self.take(1)? {
            [len @ 0..=0x7f] => Ok(len.into()),
            [0x81] => Ok(self.take(1)?.iter().fold(0, |len, byte| len << 8 | usize::from(*byte))),
            [0x82] => Ok(self.take(2)?.iter().fold(0, |len, byte| len << 8 | usize::from(*byte))),
            // no key of ours needs more than 65,535 bytes
            _ => Err(self.fault()),
        }
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], KeyError> {
        let (head, rest) = self.bytes.split_at_checked(len).ok_or_else(|| self.fault())?;
        self.bytes = rest;
        self.offset += len;
        Ok(head)
    }

    fn fault(&self) -> KeyError {
        KeyError::NotDer { offset: self.offset }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_the_standard_says() {
        let numbers = [BigUint::from(0x80_u32), BigUint::from(65_537_u32)];
        let bytes = write_numbers(&[&numbers[0], &numbers[1]]);
        assert_eq!(bytes, [0x30, 9, 2, 2, 0, 0x80, 2, 3, 1, 0, 1]);
        assert_eq!(read_numbers::<2>(&bytes).unwrap(), numbers);
    }

    #[test]
    fn every_cut_and_every_changed_byte_ends_without_a_panic() {
        let long = BigUint::from(1_u32) << 2047_u32;
        let bytes = write_numbers(&[&long, &BigUint::from(3_u32)]);
        for cut in 0..bytes.len() {
            assert!(read_numbers::<2>(&bytes[..cut]).is_err());
        }
        assert!(read_numbers::<1>(&bytes).is_err() && read_numbers::<3>(&bytes).is_err());
        for index in 0..8 {
            let mut changed = bytes.clone();
            changed[index] ^= 0x55;
            let _ = read_numbers::<2>(&changed);
        }
    }
}
