//! `messages.*`: the one method that contacts need.

use tl_api::functions::messages;
use tl_api::types;
use tl_codec::{Constructor, Encode};

use super::peers::find_peer;
use super::request::{Access, Answer, Method, Request, read};

pub(super) const METHODS: &[Method] = &[Method {
    id: messages::GetPeerSettingsRef::ID,
    name: messages::GetPeerSettingsRef::NAME,
    access: Access::LoggedIn,
    call: peer_settings,
}];

/// What a client offers to do about somebody who is no contact.
fn peer_settings(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<messages::GetPeerSettingsRef<'_>>(body)?;
    let people = request.centre.cloud.directory.lock();
    let listing = find_peer(&people, &query.peer)?;
    let (is_stranger, sees_our_phone) = {
        let list = account.contact_list();
        (list.user(listing.person.id).is_none(), list.phone_shown_to().contains(&listing.person.id))
    };
    let answer = types::messages::PeerSettings {
        settings: types::PeerSettings {
            add_contact: is_stranger,
            block_contact: is_stranger,
            need_contacts_exception: is_stranger && !sees_our_phone && listing.needs_phone_exception(),
            ..types::PeerSettings::default()
        },
        chats: Vec::new(),
        users: Vec::new(),
    };
    Ok(answer.to_bytes())
}
