//! Takeout sessions: at most one for an account, bound to the key that opened it; and the wait before the first one.
//!
//! ```text
//! first request of a key ─► Waiting ──────── its time is over ─────────► Allowed ─► open
//!                              │ └── the owner confirms (`allow`) ──────►
//!                              └──── the owner declines (`deny`) ──► Denied ─► refused once, and from the beginning
//! ```

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::UnixTime;
use crate::entropy::Entropy;

/// Ids stay below 2⁵³, so that every JSON reader keeps them.
const MAX_TAKEOUT_ID: i64 = (1 << 53) - 1;

/// Keys whose wait an account remembers; the one that has waited longest makes room.
const MAX_REQUESTS: usize = 256;

/// What an open session may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OpenTakeout {
    pub(crate) id: i64,
    /// The permanent auth key that opened it.
    auth_key_id: i64,
    /// The `contacts` flag of `account.initTakeoutSession`.
    pub(crate) with_contacts: bool,
}

/// How far the request of a key has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Request {
    Waiting { since: UnixTime },
    Allowed,
    Denied,
}

/// Why a session is not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotYet {
    /// `is_first`: nobody has told the owner yet.
    Wait {
        secs: u32,
        is_first: bool,
    },
    Denied,
}

/// The takeout state of an account.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Takeouts {
    open: Option<OpenTakeout>,
    /// What permanent auth keys have asked for.
    requests: BTreeMap<i64, Request>,
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

    /// The id of the open session.
    pub(crate) fn open_id(&self) -> Option<i64> {
        self.open.map(|open| open.id)
    }

    /// Ends the session.
    pub(crate) fn finish(&mut self) {
        self.open = None;
    }

    /// Lets a key through, or says why not yet; its first request begins the wait.
    ///
    /// # Errors
    /// [`NotYet`].
    pub(crate) fn admit(&mut self, auth_key_id: i64, delay_secs: u32, now: UnixTime) -> Result<(), NotYet> {
        let known = self.requests.get(&auth_key_id).copied();
        let since = match known {
            Some(Request::Allowed) => return Ok(()),
            Some(Request::Denied) => {
                self.requests.remove(&auth_key_id);
                return Err(NotYet::Denied);
            }
            Some(Request::Waiting { since }) => since,
            None => now,
        };
        let left = since.after(Duration::from_secs(delay_secs.into())).since(now);
        let secs = u32::try_from(left.as_secs()).unwrap_or(u32::MAX);
        let secs = secs.saturating_add(u32::from(left.subsec_nanos() > 0));
        if secs == 0 {
            self.remember(auth_key_id, Request::Allowed);
            return Ok(());
        }
        self.remember(auth_key_id, Request::Waiting { since });
        Err(NotYet::Wait { secs, is_first: known.is_none() })
    }

    /// The owner confirms everything that waits; gives how much that is.
    pub(crate) fn allow(&mut self) -> usize {
        self.decide(Request::Allowed)
    }

    /// The owner declines everything that waits; gives how much that is.
    pub(crate) fn deny(&mut self) -> usize {
        self.decide(Request::Denied)
    }

    fn decide(&mut self, decision: Request) -> usize {
        let waiting = self.requests.values_mut().filter(|request| is_waiting(request));
        waiting.map(|request| *request = decision).count()
    }

    /// The requests that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.requests.values().filter(|request| is_waiting(request)).count()
    }

    fn remember(&mut self, auth_key_id: i64, request: Request) {
        if self.requests.len() >= MAX_REQUESTS && !self.requests.contains_key(&auth_key_id) {
            let since = |request: &Request| match request {
                Request::Waiting { since } => Some(*since),
                Request::Allowed | Request::Denied => None,
            };
            let oldest = self.requests.iter().min_by_key(|(_, request)| since(request)).map(|(id, _)| *id);
            if let Some(oldest) = oldest {
                self.requests.remove(&oldest);
            }
        }
        self.requests.insert(auth_key_id, request);
    }
}

fn is_waiting(request: &Request) -> bool {
    matches!(request, Request::Waiting { .. })
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

    fn wait(secs: u32, is_first: bool) -> Result<(), NotYet> {
        Err(NotYet::Wait { secs, is_first })
    }

    #[test]
    fn a_wait_counts_down_for_each_key_from_its_first_request() {
        let mut takeouts = Takeouts::default();
        let at = UnixTime::from_secs;
        assert_eq!(takeouts.admit(10, 60, at(1_000)), wait(60, true));
        assert_eq!(takeouts.admit(10, 60, at(1_050)), wait(10, false));
        assert_eq!(takeouts.admit(11, 60, at(1_050)), wait(60, true), "another key waits for itself");
        assert_eq!(takeouts.waiting(), 2);
        assert_eq!(takeouts.admit(10, 60, at(1_060)), Ok(()));
        assert_eq!(takeouts.admit(10, 60, at(1_000)), Ok(()), "once open, it stays open");
    }

    #[test]
    fn the_owner_decides_about_what_waits() {
        let mut takeouts = Takeouts::default();
        let at = UnixTime::from_secs;
        assert_eq!((takeouts.allow(), takeouts.deny()), (0, 0));
        assert_eq!(takeouts.admit(10, 60, at(1_000)), wait(60, true));
        assert_eq!((takeouts.allow(), takeouts.waiting()), (1, 0));
        assert_eq!(takeouts.admit(10, 60, at(1_001)), Ok(()));
        assert_eq!(takeouts.admit(11, 60, at(1_000)), wait(60, true));
        assert_eq!(takeouts.deny(), 1);
        assert_eq!(takeouts.admit(11, 60, at(1_001)), Err(NotYet::Denied));
        assert_eq!(takeouts.admit(11, 60, at(1_010)), wait(60, true), "and from the beginning");
    }

    #[test]
    fn the_memory_of_requests_is_bounded() {
        let mut takeouts = Takeouts::default();
        for key in 0..1_000 {
            let _waits = takeouts.admit(key, 60, UnixTime::from_secs(1_000 + key.unsigned_abs()));
        }
        assert_eq!(takeouts.waiting(), MAX_REQUESTS);
    }
}
