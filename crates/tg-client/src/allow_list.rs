//! Read-only by construction: which methods may leave the process during an export.
//!
//! The check stands in the one function that every request passes ([`crate::Client`]), and it looks at the bytes
//! that will be sent, so that no wrapper can hide a method from it.

use tl_api::functions as f;
use tl_codec::{Constructor, Decode, DecodeError, RawObject};

/// What reads, and what belongs to the session itself.
const ALLOWED: &[(u32, &str)] = &[
    allowed::<f::help::GetConfig>(),
    allowed::<f::help::GetNearestDc>(),
    allowed::<f::auth::BindTempAuthKey>(),
    allowed::<f::account::InitTakeoutSession>(),
    allowed::<f::account::FinishTakeoutSession>(),
    allowed::<f::users::GetUsers>(),
    allowed::<f::contacts::GetSaved>(),
    allowed::<f::contacts::GetContacts>(),
    allowed::<f::contacts::GetStatuses>(),
];

/// What an export reads beside the address book, where it was told to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one option, and they are independent")]
pub struct AlsoRead {
    /// Profiles, with notes and birthdays (`users.getFullUser`).
    pub profiles: bool,
    /// The birthdays of these days (`contacts.getBirthdays`).
    pub birthdays: bool,
    /// Whose a number is (`contacts.resolvePhone`).
    pub phones: bool,
    /// With whom the account has most to do (`contacts.getTopPeers`).
    pub top_peers: bool,
}

impl AlsoRead {
    fn allows(self, method_id: u32) -> bool {
        match method_id {
            f::users::GetFullUser::ID => self.profiles,
            f::contacts::GetBirthdays::ID => self.birthdays,
            f::contacts::ResolvePhone::ID => self.phones,
            f::contacts::GetTopPeers::ID => self.top_peers,
            _ => false,
        }
    }
}

/// How many wrappers may stand around a method; the protocol knows seven.
const MAX_WRAPPERS: usize = 8;

const fn allowed<M: Constructor>() -> (u32, &'static str) {
    (M::ID, M::NAME)
}

/// A request that an export must not send.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotReadOnly {
    /// The method is not on the list.
    #[error("the method {method_id:#010x} is not one that an export may call")]
    Method {
        /// Its constructor id.
        method_id: u32,
    },
    /// More wrappers than the protocol has.
    #[error("a request inside more than {MAX_WRAPPERS} wrappers")]
    TooManyWrappers,
    /// The bytes are not a request.
    #[error("a request that cannot be read")]
    Malformed(#[from] DecodeError),
}

/// Unwraps every `invokeWith…` and looks the method up.
///
/// # Errors
/// [`NotReadOnly`] for anything that is neither on the list nor in `also`; the request must then not be sent.
pub(crate) fn check(request: &[u8], also: AlsoRead) -> Result<(), NotReadOnly> {
    let mut request = request;
    for _ in 0..=MAX_WRAPPERS {
        match inner(request)? {
            Some(query) => request = query,
            None => return check_method(request, also),
        }
    }
    Err(NotReadOnly::TooManyWrappers)
}

fn check_method(request: &[u8], also: AlsoRead) -> Result<(), NotReadOnly> {
    let method_id = RawObject::from_bytes(request)?.id();
    let is_allowed = ALLOWED.iter().any(|(id, _)| *id == method_id) || also.allows(method_id);
    if is_allowed { Ok(()) } else { Err(NotReadOnly::Method { method_id }) }
}

/// The request inside a wrapper; `None` if this is no wrapper.
fn inner(request: &[u8]) -> Result<Option<&[u8]>, DecodeError> {
    let query = match RawObject::from_bytes(request)?.id() {
        f::InvokeWithLayerRef::ID => f::InvokeWithLayerRef::from_bytes(request)?.query,
        f::InitConnectionRef::ID => f::InitConnectionRef::from_bytes(request)?.query,
        f::InvokeWithoutUpdatesRef::ID => f::InvokeWithoutUpdatesRef::from_bytes(request)?.query,
        f::InvokeWithTakeoutRef::ID => f::InvokeWithTakeoutRef::from_bytes(request)?.query,
        f::InvokeAfterMsgRef::ID => f::InvokeAfterMsgRef::from_bytes(request)?.query,
        f::InvokeAfterMsgsRef::ID => f::InvokeAfterMsgsRef::from_bytes(request)?.query,
        f::InvokeWithMessagesRangeRef::ID => f::InvokeWithMessagesRangeRef::from_bytes(request)?.query,
        _ => return Ok(None),
    };
    Ok(Some(query.as_bytes()))
}

#[cfg(test)]
mod tests {
    use tl_codec::Encode;

    use super::*;

    fn check(request: &[u8]) -> Result<(), NotReadOnly> {
        super::check(request, AlsoRead::default())
    }

    fn wrapped<X: Encode>(query: X) -> Vec<u8> {
        f::InvokeWithLayer { layer: 230, query: f::InvokeWithTakeout { takeout_id: 1, query } }.to_bytes()
    }

    #[test]
    fn reading_is_allowed_however_it_is_wrapped() {
        assert_eq!(check(&f::contacts::GetSaved {}.to_bytes()), Ok(()));
        assert_eq!(check(&wrapped(f::contacts::GetSaved {})), Ok(()));
        assert_eq!(check(&wrapped(f::contacts::GetContacts { hash: 0 })), Ok(()));
    }

    #[test]
    fn writing_is_refused_however_it_is_wrapped() {
        let reset = f::contacts::ResetSaved {};
        let refused = NotReadOnly::Method { method_id: f::contacts::ResetSaved::ID };
        assert_eq!(check(&reset.to_bytes()), Err(refused.clone()));
        assert_eq!(check(&wrapped(reset)), Err(refused));
    }

    #[test]
    fn wrappers_without_end_and_broken_requests_are_refused() {
        let mut request = f::contacts::GetSaved {}.to_bytes();
        for _ in 0..=MAX_WRAPPERS {
            let raw = tl_codec::RawBytes(request);
            request = f::InvokeWithoutUpdates { query: raw }.to_bytes();
        }
        assert_eq!(check(&request), Err(NotReadOnly::TooManyWrappers));
        assert!(matches!(check(&[1, 2]), Err(NotReadOnly::Malformed(_))));
        assert!(matches!(check(&f::InvokeWithLayerRef::ID.to_bytes()), Err(NotReadOnly::Malformed(_))));
    }

    #[test]
    fn what_costs_a_request_each_is_read_only_where_it_is_asked_for() {
        let id = tl_api::enums::InputUser::Empty(tl_api::types::InputUserEmpty {});
        let requests = [
            (wrapped(f::users::GetFullUser { id }), AlsoRead { profiles: true, ..AlsoRead::default() }),
            (f::contacts::GetBirthdays {}.to_bytes(), AlsoRead { birthdays: true, ..AlsoRead::default() }),
            (
                wrapped(f::contacts::ResolvePhone { phone: "1".to_owned() }),
                AlsoRead { phones: true, ..AlsoRead::default() },
            ),
            (
                wrapped(f::contacts::GetTopPeers::default()),
                AlsoRead { top_peers: true, ..AlsoRead::default() },
            ),
        ];
        for (request, wanted) in &requests {
            for (_, also) in &requests {
                assert_eq!(super::check(request, *also).is_ok(), also == wanted, "{also:?}");
            }
            assert!(matches!(check(request), Err(NotReadOnly::Method { .. })));
        }
        let all = AlsoRead { profiles: true, birthdays: true, phones: true, top_peers: true };
        assert!(super::check(&f::contacts::ResetSaved {}.to_bytes(), all).is_err());
    }

    #[test]
    fn the_list_says_what_it_means() {
        let names: Vec<_> = ALLOWED.iter().map(|(_, name)| *name).collect();
        let writes = ["delete", "import", "add", "block", "reset", "edit", "update", "toggle", "accept"];
        assert!(!names.iter().any(|name| writes.iter().any(|verb| name.contains(verb))), "{names:?}");
    }
}
