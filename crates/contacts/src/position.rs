//! Places in a reply and in its lists, kept small: the join holds several for each person.

use core::num::NonZeroU32;

/// A place in a list, or a byte of a reply: four bytes, and no more for one that may be absent.
///
/// The count of a list is a word on the wire, and a reply fits into one message, so every place fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position(NonZeroU32);

impl Position {
    pub(crate) fn of(index: usize) -> Self {
        let behind = u32::try_from(index).ok().and_then(|index| NonZeroU32::MIN.checked_add(index));
        Self(behind.unwrap_or(NonZeroU32::MAX))
    }

    pub(crate) fn index(self) -> usize {
        usize::try_from(self.0.get() - 1).unwrap_or(usize::MAX)
    }
}

/// The first place.
impl Default for Position {
    fn default() -> Self {
        Self::of(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_kept_in_a_word_absent_or_not() {
        for index in [0, 1, 123_456_789, 0xffff_fffe] {
            assert_eq!(Position::of(index).index(), index);
        }
        assert_eq!(size_of::<Option<Position>>(), 4);
    }
}
