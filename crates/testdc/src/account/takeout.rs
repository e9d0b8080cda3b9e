//! Takeout sessions: at most one for an account, bound to the key that opened it.

use std::time::Duration;

use crate::clock::UnixTime;
use crate::entropy::Entropy;

/// Ids stay below 2⁵³, so that every JSON reader keeps them.
const MAX_TAKEOUT_ID: i64 = (1 << 53) - 1;

/// What an open session may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OpenTakeout {
    pub(crate) id: i64,
    /// The permanent auth key that opened it.
    auth_key_id: i64,
    /// The `contacts` flag of `account.initTakeoutSession`.
    pub(crate) with_contacts: bool,
}

/// The takeout state of an account.
#[derive(Debug, Default)]
pub(crate) struct Takeouts {
    open: Option<OpenTakeout>,
    /// When a delayed request may be made again.
    available_at: Option<UnixTime>,
}

impl Takeouts {
    /// Opens a session; one that was open is void from now on.
    pub(crate) fn open(&mut self, auth_key_id: i64, with_contacts: bool, entropy: &mut Entropy) -> i64 {
        let id = (entropy.long() & MAX_TAKEOUT_ID) | 1;
        self.open = Some(OpenTakeout { id, auth_key_id, with_contacts });
        id
    }

    /// The session of this id, if it is open and the key's own.
    pub(crate) fn find(&self, id: i64, auth_key_id: i64) -> Option<OpenTakeout> {
        self.open.filter(|open| open.id == id && open.auth_key_id == auth_key_id)
    }

    /// Ends the session.
    pub(crate) fn finish(&mut self) {
        self.open = None;
    }

    /// Seconds that a client still has to wait, when a delay is demanded; the first demand starts it.
    pub(crate) fn delay(&mut self, seconds: u32, now: UnixTime) -> Option<u32> {
        let available_at =
            *self.available_at.get_or_insert_with(|| now.after(Duration::from_secs(seconds.into())));
        let left = available_at.since(now);
        let whole_secs = left.as_secs() + u64::from(left.subsec_nanos() > 0);
        u32::try_from(whole_secs).ok().filter(|left| *left > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_session_voids_the_one_before_and_keys_are_told_apart() {
        let mut entropy = Entropy::from_seed(1);
        let mut takeouts = Takeouts::default();
        let first = takeouts.open(10, true, &mut entropy);
        assert!(takeouts.find(first, 10).is_some_and(|open| open.with_contacts));
        assert_eq!((takeouts.find(first, 11), takeouts.find(first + 1, 10)), (None, None));
        let second = takeouts.open(11, false, &mut entropy);
        assert_eq!(takeouts.find(first, 10), None);
        assert!(takeouts.find(second, 11).is_some_and(|open| !open.with_contacts));
        takeouts.finish();
        assert_eq!(takeouts.find(second, 11), None);
    }

    #[test]
    fn a_delay_counts_down_from_the_first_demand() {
        let mut takeouts = Takeouts::default();
        let at = UnixTime::from_secs;
        assert_eq!(takeouts.delay(60, at(1_000)), Some(60));
        assert_eq!(takeouts.delay(60, at(1_050)), Some(10));
        assert_eq!(takeouts.delay(60, at(1_060)), None);
    }
}
