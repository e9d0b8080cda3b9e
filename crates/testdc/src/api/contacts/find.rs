//! Who somebody is: search, numbers, usernames, links; who pays to be found, and who is near.

use tl_api::functions::contacts;
use tl_api::{enums, types};
use tl_codec::{Constructor, Encode};

use super::super::Refusal;
use super::super::peers::{peer, seen};
use super::super::request::{Access, Answer, Method, Request, read};
use super::super::updates::nobody_near;
use crate::account::{Account, ContactList};
use crate::directory::Listing;

/// The shortest text that is searched for.
const MIN_QUERY_CHARS: usize = 3;
/// The most results of a search.
const MAX_RESULTS: usize = 100;
/// How long a contact link is good.
const LINK_SECS: i32 = 24 * 60 * 60;
/// What a contact link starts with.
const LINK: &str = "https://t.me/contact/";

pub(in super::super) const METHODS: &[Method] = &[
    method(contacts::SearchRef::ID, contacts::SearchRef::NAME, search),
    method(contacts::ResolvePhoneRef::ID, contacts::ResolvePhoneRef::NAME, resolve_phone),
    method(contacts::ResolveUsernameRef::ID, contacts::ResolveUsernameRef::NAME, resolve_username),
    method(contacts::ExportContactToken::ID, contacts::ExportContactToken::NAME, export_token),
    method(contacts::ImportContactTokenRef::ID, contacts::ImportContactTokenRef::NAME, import_token),
    method(contacts::GetSponsoredPeersRef::ID, contacts::GetSponsoredPeersRef::NAME, sponsored),
    method(contacts::GetLocatedRef::ID, contacts::GetLocatedRef::NAME, located),
];

const fn method(id: u32, name: &'static str, call: fn(&mut Request<'_>, &[u8]) -> Answer) -> Method {
    Method { id, name, access: Access::LoggedIn, call }
}

/// Contacts by their names, everybody else by the beginning of a username.
fn search(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::SearchRef<'_>>(body)?;
    let text = query.q.to_str_lossy().trim().to_lowercase();
    if text.is_empty() {
        return Err(Refusal::bad("SEARCH_QUERY_EMPTY"));
    }
    if text.chars().count() < MIN_QUERY_CHARS {
        return Err(Refusal::bad("QUERY_TOO_SHORT"));
    }
    let limit = usize::try_from(query.limit).unwrap_or(0).clamp(1, MAX_RESULTS);
    let people = request.centre.cloud.directory.lock();
    let list = account.contact_list();
    let has_word = |person: &crate::book::Person| {
        let names = [&person.first_name, &person.last_name, &person.username];
        names
            .into_iter()
            .flatten()
            .any(|name| name.to_lowercase().split_whitespace().any(|word| word.starts_with(&text)))
    };
    let mine = list.book().users.iter().filter(|user| has_word(user)).take(limit).collect::<Vec<_>>();
    let others = people.with_username_prefix(&text).into_iter();
    let others = others.filter(|listing| list.user(listing.person.id).is_none());
    let others =
        others.filter(|listing| !query.bots() || listing.person.marks.bot).take(limit).collect::<Vec<_>>();
    let mut users = mine.iter().map(|person| enums::User::User(super::user(person))).collect::<Vec<_>>();
    users.extend(others.iter().map(|listing| seen(&account, &list, listing)));
    let found = types::contacts::Found {
        my_results: mine.iter().map(|person| peer(person.id)).collect(),
        results: others.iter().map(|listing| peer(listing.person.id)).collect(),
        chats: Vec::new(),
        users,
    };
    Ok(found.to_bytes())
}

fn resolve_phone(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::ResolvePhoneRef<'_>>(body)?;
    let phone = query.phone.to_str_lossy().chars().filter(char::is_ascii_digit).collect::<String>();
    let people = request.centre.cloud.directory.lock();
    let listing = people.resolve_phone(&phone).ok_or_else(|| Refusal::bad("PHONE_NOT_OCCUPIED"))?;
    Ok(resolved(&account, &account.contact_list(), listing))
}

fn resolve_username(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::ResolveUsernameRef<'_>>(body)?;
    let username = query.username.to_str_lossy();
    if username.is_empty() || !username.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(Refusal::bad("USERNAME_INVALID"));
    }
    let people = request.centre.cloud.directory.lock();
    let listing = people.by_username(&username).ok_or_else(|| Refusal::bad("USERNAME_NOT_OCCUPIED"))?;
    Ok(resolved(&account, &account.contact_list(), listing))
}

fn resolved(account: &Account, list: &ContactList, listing: &Listing) -> Vec<u8> {
    let answer = types::contacts::ResolvedPeer {
        peer: peer(listing.person.id),
        chats: Vec::new(),
        users: vec![seen(account, list, listing)],
    };
    answer.to_bytes()
}

/// A link that leads to the account. Its token is the owner's id in hexadecimal and the time when it ends.
fn export_token(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    read::<contacts::ExportContactToken>(body)?;
    let expires = request.now.secs().saturating_add(LINK_SECS);
    let url = format!("{LINK}{:x}-{expires:x}", account.profile.user_id);
    Ok(types::ExportedContactToken { url, expires }.to_bytes())
}

fn import_token(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::ImportContactTokenRef<'_>>(body)?;
    let token = query.token.to_str_lossy();
    let user_id = owner_of(&token, request.now.secs()).ok_or_else(|| Refusal::bad("IMPORT_TOKEN_INVALID"))?;
    let people = request.centre.cloud.directory.lock();
    let listing = people.by_id(user_id).ok_or_else(|| Refusal::bad("IMPORT_TOKEN_INVALID"))?;
    Ok(seen(&account, &account.contact_list(), listing).to_bytes())
}

/// Nobody pays for advertisements here.
fn sponsored(request: &mut Request<'_>, body: &[u8]) -> Answer {
    request.logged_in()?;
    read::<contacts::GetSponsoredPeersRef<'_>>(body)?;
    Ok(enums::contacts::SponsoredPeers::Empty(types::contacts::SponsoredPeersEmpty).to_bytes())
}

/// Nobody is near; and nobody here has a profile photo, without which nobody may show where they are.
fn located(request: &mut Request<'_>, body: &[u8]) -> Answer {
    request.logged_in()?;
    let query = read::<contacts::GetLocatedRef>(body)?;
    if !matches!(query.geo_point, enums::InputGeoPointRef::InputGeoPoint(_)) {
        return Err(Refusal::new(406, "GEO_POINT_INVALID"));
    }
    if query.self_expires.is_some() {
        return Err(Refusal::bad("USERPIC_UPLOAD_REQUIRED"));
    }
    Ok(nobody_near(request.now.secs()))
}

/// Whose link it is, if it is one and still good.
fn owner_of(token: &str, now: i32) -> Option<i64> {
    let (id, expires) = token.split_once('-')?;
    let expires = i32::from_str_radix(expires, 16).ok()?;
    i64::from_str_radix(id, 16).ok().filter(|_| now < expires)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_good_until_it_ends() {
        assert_eq!(owner_of("1f-10", 15), Some(31));
        for (token, now) in [("1f-10", 16), ("1f", 0), ("x-10", 0), ("1f-", 0), ("", 0)] {
            assert_eq!(owner_of(token, now), None, "{token}");
        }
    }
}
