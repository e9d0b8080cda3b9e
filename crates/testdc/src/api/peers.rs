//! How people are named in requests and in answers.

use tl_api::enums::{self, InputPeerRef, InputUserRef};
use tl_api::types;

use super::Refusal;
use super::wire_forms::user;
use crate::account::{Account, ContactList};
use crate::directory::{Listing, People};

/// Somebody in the directory, named by id and access hash.
///
/// # Errors
/// `400` with `refusal` for nobody, for the account itself, and for a wrong access hash.
pub(in crate::api) fn find_user<'p>(
    people: &'p People,
    input: &InputUserRef<'_>,
    refusal: &str,
) -> Result<&'p Listing, Refusal> {
    let found = match input {
        InputUserRef::InputUser(input) => people.find(input.user_id, input.access_hash),
        _ => None,
    };
    found.ok_or_else(|| Refusal::bad(refusal))
}

/// As [`find_user`], for a peer.
pub(in crate::api) fn find_peer<'p>(
    people: &'p People,
    input: &InputPeerRef<'_>,
) -> Result<&'p Listing, Refusal> {
    let found = match input {
        InputPeerRef::User(input) => people.find(input.user_id, input.access_hash),
        _ => None,
    };
    found.ok_or_else(|| Refusal::bad("PEER_ID_INVALID"))
}

pub(in crate::api) fn peer(user_id: i64) -> enums::Peer {
    enums::Peer::User(types::PeerUser { user_id })
}

/// Somebody as the account sees them.
pub(in crate::api) fn seen(account: &Account, list: &ContactList, listing: &Listing) -> enums::User {
    if listing.person.id == account.profile.user_id && list.user(account.profile.user_id).is_none() {
        let mut own = listing.person.clone();
        own.marks.is_self = true;
        return enums::User::User(user(&own));
    }
    enums::User::User(user(&list.see(&listing.person)))
}
