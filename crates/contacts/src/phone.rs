//! Phone numbers as keys.
//!
//! A number reaches us as text that a person typed or that the server holds. Here it is reduced to what can be compared:
//! [`Digits`]. Nothing is guessed: no country is added, and no number that is not plainly international is rewritten.
//!
//! Read next: [`number`], what the numbering plans of the countries say of the digits.

mod number;

use core::fmt;
use core::num::NonZeroU128;

pub use self::number::{Number, Region};

/// The most digits that [`Digits`] holds. E.164 allows fifteen; what is longer than this is not a phone number, and
/// joining nothing to it is right.
pub const MAX_KEY_DIGITS: usize = 31;

/// The fewest digits that we take for a full international number: country code and subscriber. The shortest in use
/// (Niue, +683 and four digits) has seven.
pub const MIN_E164_DIGITS: usize = 7;

/// The most digits of an international number (ITU-T E.164, section 6.1).
pub const MAX_E164_DIGITS: usize = 15;

/// The digits of a phone number, in order, leading zeros kept: the key of the join.
///
/// Sixteen bytes, compared and sorted as one integer: four bits a digit behind a leading one, which marks the length.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digits(NonZeroU128);

impl Digits {
    /// The key of a number as it was typed: its ASCII digits, whatever stands between them.
    ///
    /// The international prefix `00` is dropped when a plausible E.164 number follows it, so that `0049…` and `+49…`
    /// are the same number; any other number with leading zeros stays as it is.
    ///
    /// `None` if there is no digit or there are more than [`MAX_KEY_DIGITS`].
    pub fn of(phone: &[u8]) -> Option<Self> {
        let all = Self::collect(phone.iter().copied())?;
        match all.iter().len() {
            len if len > 2 && all.iter().take(2).all(|digit| digit == b'0') => {
                let rest = Self::collect(all.iter().skip(2))?;
                Some(if rest.is_e164() { rest } else { all })
            }
            _ => Some(all),
        }
    }

    fn collect(bytes: impl Iterator<Item = u8>) -> Option<Self> {
        // the leading one makes the value non-zero whatever is put behind it
        let mut key = 1;
        let mut len = 0;
        for digit in bytes.filter(u8::is_ascii_digit) {
            len += 1;
            if len > MAX_KEY_DIGITS {
                return None;
            }
            key = key << 4 | u128::from(digit - b'0');
        }
        NonZeroU128::new(key).filter(|_| len > 0).map(Self)
    }

    /// The digits as ASCII characters, first to last.
    pub fn iter(self) -> DigitIter {
        // the position of the leading one, in digits
        let len = (127 - self.0.leading_zeros()) / 4;
        // the first digit in front, the leading one shifted out
        DigitIter { digits: self.0.get() << (128 - 4 * len), left: len }
    }

    /// The digits as ASCII characters, right-aligned; the second part says where they begin.
    fn ascii(self) -> ([u8; MAX_KEY_DIGITS + 1], usize) {
        let mut text = [0; MAX_KEY_DIGITS + 1];
        for (pair, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(self.0.get().to_be_bytes()) {
            *pair = [b'0' + (byte >> 4), b'0' + (byte & 0xf)];
        }
        (text, text.len() - self.iter().len())
    }

    /// A number of 1 to 64 bits that equal digits share, and others seldom.
    pub(crate) fn hash_bits(self, bits: u32) -> usize {
        // the odd number next to 2^64 divided by the golden ratio: its product spreads over the upper bits
        let mixed =
            self.0.get().to_le_bytes().as_chunks().0.iter().fold(0, |mixed, half| {
                (mixed ^ u64::from_le_bytes(*half)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            });
        usize::try_from(mixed >> (u64::BITS - bits)).unwrap_or_default()
    }

    /// Puts the digits behind what is there, as ASCII characters. For a column of them: this is several times as fast as
    /// `Display`.
    pub fn append_to(self, text: &mut Vec<u8>) {
        let (digits, begin) = self.ascii();
        text.extend_from_slice(digits.get(begin..).unwrap_or_default());
    }

    /// Whether this can be a full international number: seven to fifteen digits, the first not zero (no country code
    /// starts with zero).
    pub fn is_e164(self) -> bool {
        let mut digits = self.iter();
        (MIN_E164_DIGITS..=MAX_E164_DIGITS).contains(&digits.len()) && digits.next() != Some(b'0')
    }
}

/// A phone number that could be anyone's: no text in `Debug` output.
impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digits(<redacted>)")
    }
}

/// The digits alone.
impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|digit| fmt::Write::write_char(f, char::from(digit)))
    }
}

/// The digits of a key, as ASCII.
#[derive(Clone)]
pub struct DigitIter {
    digits: u128,
    left: u32,
}

impl fmt::Debug for DigitIter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DigitIter({} left)", self.left)
    }
}

impl Iterator for DigitIter {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        self.left = self.left.checked_sub(1)?;
        let [first, ..] = self.digits.to_be_bytes();
        self.digits <<= 4;
        Some(b'0' + (first >> 4))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.left).unwrap_or(MAX_KEY_DIGITS);
        (left, Some(left))
    }
}

impl ExactSizeIterator for DigitIter {}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(phone: &str) -> Option<String> {
        Digits::of(phone.as_bytes()).map(|digits| digits.to_string())
    }

    #[test]
    fn only_the_digits_count() {
        for phone in ["+49 (170) 123-45.67", "491701234567", "00491701234567", "  +49170\u{a0}1234567"] {
            assert_eq!(key(phone).as_deref(), Some("491701234567"), "{phone}");
        }
    }

    #[test]
    fn digits_are_appended_as_they_are_shown() {
        for len in 1..=MAX_KEY_DIGITS {
            let digits = "0987654321".repeat(4)[..len].to_owned();
            let mut text = vec![b'+'];
            Digits::of(digits.as_bytes()).unwrap().append_to(&mut text);
            assert_eq!(text, format!("+{digits}").into_bytes());
        }
    }

    #[test]
    fn leading_zeros_are_kept_unless_they_are_the_international_prefix() {
        for (phone, expected) in [
            ("0170 1234567", "01701234567"),
            ("00 123", "00123"),
            ("000491701234567", "000491701234567"),
            ("0", "0"),
            ("00", "00"),
            ("000", "000"),
        ] {
            assert_eq!(key(phone).as_deref(), Some(expected), "{phone}");
        }
        assert_ne!(Digits::of(b"012"), Digits::of(b"12"));
    }

    #[test]
    fn what_has_no_digits_or_too_many_has_no_key() {
        assert_eq!(key(""), None);
        assert_eq!(key("unknown"), None);
        assert_eq!(key(&"1".repeat(MAX_KEY_DIGITS)), Some("1".repeat(MAX_KEY_DIGITS)));
        assert_eq!(key(&"1".repeat(MAX_KEY_DIGITS + 1)), None);
    }

    #[test]
    fn a_full_number_has_seven_to_fifteen_digits_and_no_leading_zero() {
        let is_full = |phone: &str| Digits::of(phone.as_bytes()).is_some_and(Digits::is_e164);
        for plausible in ["683 4000", "0049 170 1234567", &"9".repeat(15)] {
            assert!(is_full(plausible), "{plausible}");
        }
        for implausible in ["42777", "0170 1234567", &"9".repeat(16)] {
            assert!(!is_full(implausible), "{implausible}");
        }
    }

    #[test]
    fn debug_output_has_no_number() {
        let digits = Digits::of(b"491701234567").unwrap();
        assert!(!format!("{digits:?} {:?}", digits.iter()).contains("4917"));
    }
}
