//! Which of a few constructor ids it is, when nobody can predict it.

/// The constructor ids of a type, and the place of each among them, which is found with one multiplication: without a branch
/// for each id, and without a comparison for each.
#[doc(hidden)]
#[derive(Debug)]
pub struct Places<const N: usize> {
    ids: [u32; N],
    factor: u32,
    /// The place of the id that falls into each slot.
    slots: [u8; SLOTS],
}

/// So many that a factor which gives each of a dozen ids a slot of its own is found soon.
const SLOTS: usize = 64;
const SLOT_BITS: u32 = SLOTS.ilog2();
const NO_PLACE: u8 = u8::MAX;

impl<const N: usize> Places<N> {
    /// Looks for a factor, at compile time. Of so many ids that there is none, the compiler says that it takes too long.
    pub const fn new(ids: [u32; N]) -> Self {
        let mut factor = 0x9e37_79b1_u32;
        loop {
            if let Some(slots) = slots(&ids, factor) {
                return Self { ids, factor, slots };
            }
            factor = factor.wrapping_add(2);
        }
    }

    /// The place of `id`, or `N` if it is none of them.
    #[inline]
    pub fn of(&self, id: u32) -> usize {
        let place = self.slots.get(slot(id, self.factor)).map_or(N, |place| usize::from(*place));
        if self.ids.get(place) == Some(&id) { place } else { N }
    }
}

#[expect(clippy::as_conversions, reason = "six bits; `from` is not const")]
const fn slot(id: u32, factor: u32) -> usize {
    (id.wrapping_mul(factor) >> (u32::BITS - SLOT_BITS)) as usize
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "evaluated at compile time, where a fault is an error of the compiler"
)]
const fn slots<const N: usize>(ids: &[u32; N], factor: u32) -> Option<[u8; SLOTS]> {
    let mut slots = [NO_PLACE; SLOTS];
    let mut place = 0;
    while place < N {
        let slot = slot(ids[place], factor);
        if slots[slot] != NO_PLACE {
            return None;
        }
        slots[slot] = place as u8;
        place += 1;
    }
    Some(slots)
}

/// Whether no word stands behind `id`, which is one of `ids`.
///
/// The next value begins behind the id or behind its word, so this asks only for the ids that have none, and waits for no
/// [`Places`].
#[doc(hidden)]
#[inline]
pub fn stands_alone<const N: usize>(ids: &[u32; N], words: [usize; N], id: u32) -> bool {
    ids.iter().zip(words).any(|(known, words)| words == 0 && *known == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [u32; 6] = [0x09d0_5049, 0xedb9_3949, 0x008c_703f, 0x7b19_7dc8, 0x541a_1d1a, 0x6589_9777];
    const PLACES: Places<6> = Places::new(IDS);

    #[test]
    fn every_id_has_its_place_and_no_other_has_one() {
        for (place, id) in IDS.into_iter().enumerate() {
            assert_eq!(PLACES.of(id), place);
            for bit in 0..u32::BITS {
                assert_eq!(PLACES.of(id ^ 1 << bit), IDS.len(), "{id:08x} without bit {bit}");
            }
        }
        assert_eq!((PLACES.of(0), PLACES.of(u32::MAX)), (IDS.len(), IDS.len()));
    }

    #[test]
    fn an_id_stands_alone_when_no_word_is_given_for_it() {
        let words = [0, 1, 1, 0, 1, 1];
        for (id, words_behind_it) in IDS.into_iter().zip(words) {
            assert_eq!(stands_alone(&IDS, words, id), words_behind_it == 0);
        }
    }
}
