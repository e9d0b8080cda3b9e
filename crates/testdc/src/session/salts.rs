//! Server salts: what every message of a client must carry, and how it changes (protocol, "Server Salt").
//!
//! ```text
//! salt 0  |───────── newest ─────────|──── still accepted ────|
//! salt 1                             |───────── newest ───────|──── still accepted ────|
//! ```
//! A salt is the newest one for half of its life, and accepted until its end.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use tl_codec::Encode;

use crate::clock::UnixTime;
use crate::entropy::Entropy;
use crate::limits::{MAX_FUTURE_SALTS, SALT_LIFETIME};

/// `future_salts#ae500895 req_msg_id:long now:int salts:vector<future_salt> = FutureSalts`; both the vector and its items
/// are bare.
const FUTURE_SALTS: u32 = 0xae50_0895;

/// `future_salt valid_since:int valid_until:int salt:long`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Salt {
    valid_since: UnixTime,
    value: i64,
}

/// The salts of one auth key, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Salts {
    salts: VecDeque<Salt>,
}

impl Salts {
    /// Begins with the salt that the key exchange gave.
    pub(crate) fn new(first: i64, now: UnixTime) -> Self {
        Self { salts: VecDeque::from([Salt { valid_since: now, value: first }]) }
    }

    /// The salt that messages should carry now.
    pub(crate) fn newest(&mut self, now: UnixTime, entropy: &mut Entropy) -> i64 {
        self.advance(now, entropy);
        self.salts.iter().rev().find(|salt| salt.valid_since <= now).map_or(0, |salt| salt.value)
    }

    /// Whether a message may carry this salt now.
    pub(crate) fn accepts(&mut self, value: i64, now: UnixTime, entropy: &mut Entropy) -> bool {
        self.advance(now, entropy);
        self.salts.iter().any(|salt| salt.value == value && salt.valid_since <= now)
    }

    /// Makes every salt so far void and returns a new one.
    pub(crate) fn rotate(&mut self, now: UnixTime, entropy: &mut Entropy) -> i64 {
        let value = entropy.long();
        *self = Self::new(value, now);
        value
    }

    /// The answer to `get_future_salts`: the present salt and the next ones.
    pub(crate) fn future_salts(
        &mut self,
        req_msg_id: i64,
        count: usize,
        now: UnixTime,
        entropy: &mut Entropy,
    ) -> Vec<u8> {
        let count = count.clamp(1, MAX_FUTURE_SALTS);
        self.advance(now, entropy);
        let present = self.salts.iter().rposition(|salt| salt.valid_since <= now).unwrap_or(0);
        while self.salts.len() < present + count {
            self.add_next(now, entropy);
        }
        let mut out = FUTURE_SALTS.to_bytes();
        req_msg_id.encode(&mut out);
        now.secs().encode(&mut out);
        u32::try_from(count).unwrap_or(0).encode(&mut out);
        for salt in self.salts.iter().skip(present).take(count) {
            salt.valid_since.secs().encode(&mut out);
            salt.valid_since.after(SALT_LIFETIME).secs().encode(&mut out);
            salt.value.encode(&mut out);
        }
        out
    }

    /// Drops what has ended and adds what has begun.
    fn advance(&mut self, now: UnixTime, entropy: &mut Entropy) {
        self.salts.retain(|salt| now < salt.valid_since.after(SALT_LIFETIME));
        while self.salts.back().is_none_or(|last| last.valid_since.after(SALT_LIFETIME / 2) <= now) {
            self.add_next(now, entropy);
        }
    }

    fn add_next(&mut self, now: UnixTime, entropy: &mut Entropy) {
        let valid_since = self.salts.back().map_or(now, |last| last.valid_since.after(SALT_LIFETIME / 2));
        self.salts.push_back(Salt { valid_since, value: entropy.long() });
    }
}

#[cfg(test)]
mod tests {
    use tl_codec::Reader;

    use super::*;

    const START: u64 = 1_700_000_000;

    fn at(secs: u64) -> UnixTime {
        UnixTime::from_secs(START + secs)
    }

    #[test]
    fn a_salt_is_newest_for_half_an_hour_and_accepted_for_an_hour() {
        let mut entropy = Entropy::from_seed(1);
        let mut salts = Salts::new(77, at(0));
        assert_eq!(salts.newest(at(1_799), &mut entropy), 77);
        let second = salts.newest(at(1_800), &mut entropy);
        assert_ne!(second, 77);
        assert!(salts.accepts(77, at(3_599), &mut entropy) && !salts.accepts(77, at(3_600), &mut entropy));
        assert!(salts.accepts(second, at(3_600), &mut entropy));
        assert!(!salts.accepts(78, at(3_600), &mut entropy));
    }

    #[test]
    fn a_long_pause_leaves_one_good_salt() {
        let mut entropy = Entropy::from_seed(1);
        let mut salts = Salts::new(77, at(0));
        let late = salts.newest(at(1_000_000), &mut entropy);
        assert!(salts.accepts(late, at(1_000_000), &mut entropy));
        assert!(salts.salts.len() <= 3, "nothing is made for the time that has passed");
    }

    #[test]
    fn future_salts_are_kept_as_promised() {
        let mut entropy = Entropy::from_seed(1);
        let mut salts = Salts::new(77, at(0));
        let answer = salts.future_salts(5, 3, at(10), &mut entropy);
        let mut reader = Reader::new(&answer);
        reader.expect_id(FUTURE_SALTS).unwrap();
        assert_eq!((reader.long(), reader.int(), reader.int()), (Ok(5), Ok(at(10).secs()), Ok(3)));
        for index in 0..3 {
            let (since, until, value) =
                (reader.int().unwrap(), reader.int().unwrap(), reader.long().unwrap());
            assert_eq!((since, until), (at(index * 1_800).secs(), at(index * 1_800 + 3_600).secs()));
            assert_eq!(salts.newest(at(index * 1_800), &mut entropy), value);
        }
        reader.finish("future_salts").unwrap();
        assert_eq!(salts.future_salts(5, 1_000, at(10_000), &mut entropy).len(), 20 + 64 * 16);
    }

    #[test]
    fn a_salt_of_the_future_is_not_accepted_yet() {
        let mut entropy = Entropy::from_seed(1);
        let mut salts = Salts::new(77, at(0));
        let answer = salts.future_salts(5, 2, at(0), &mut entropy);
        let next = i64::from_le_bytes(answer[answer.len() - 8..].try_into().unwrap());
        assert!(!salts.accepts(next, at(0), &mut entropy) && salts.accepts(next, at(1_800), &mut entropy));
    }
}
