//! The numbering plans as one table: what most numbers are, without asking the library.
//!
//! `plans.bin` is generated from the plans of rlibphonenumber (`cargo xtask phones`): an automaton over decimal digits.
//! Each state is a row of eleven pairs of bytes.
//!
//! | pair | bytes |
//! |---|---|
//! | 0 | what a number is that ends here: `?` ask the library · `-` no number · `+` a number as it stands, of no country or given to nobody · two capital letters: a number as it stands, of this region |
//! | 1 to 10 | the row behind the digit 0 to 9, little-endian |
//!
//! The walk begins in the first row, with the country code. The rows are right for what can be an international number
//! (seven to fifteen digits, the first not zero), and for nothing else.

use super::super::Digits;
use super::Region;

const ROWS: &[[[u8; 2]; 11]] = include_bytes!("plans.bin").as_chunks().0.as_chunks().0;

/// What the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// The library must be asked: it might rewrite the number.
    Ask,
    /// The country has no number of this length.
    NoNumber,
    /// A number as it stands, and whose it is.
    Number(Option<Region>),
}

/// Looks a number up that [can be an international one](Digits::is_e164).
pub(super) fn decide(digits: Digits) -> Decision {
    let end = digits.iter().try_fold(0, |row, digit| {
        let next = ROWS.get(row)?.get(1 + usize::from(digit - b'0'))?;
        Some(usize::from(u16::from_le_bytes(*next)))
    });
    match end.and_then(|row| ROWS.get(row)?.first()) {
        None | Some([b'?', _]) => Decision::Ask,
        Some([b'-', _]) => Decision::NoNumber,
        Some([b'+', _]) => Decision::Number(None),
        Some(region) => Decision::Number(Some(Region(*region))),
    }
}

#[cfg(test)]
mod against_the_library;
