//! Who is blocked (core.telegram.org/api/block): from everything, or from stories alone.

use tl_api::functions::contacts;
use tl_api::{enums, types};
use tl_codec::{Constructor, Encode};

use super::super::Refusal;
use super::super::peers::{find_peer, peer, seen};
use super::super::request::{Access, Answer, Method, Request, read};

/// The most that one answer holds.
const MAX_SLICE: usize = 100;

pub(in super::super) const METHODS: &[Method] = &[
    method(contacts::BlockRef::ID, contacts::BlockRef::NAME, block),
    method(contacts::UnblockRef::ID, contacts::UnblockRef::NAME, unblock),
    method(contacts::SetBlockedRef::ID, contacts::SetBlockedRef::NAME, set_blocked),
    method(contacts::GetBlockedRef::ID, contacts::GetBlockedRef::NAME, blocked),
    method(contacts::BlockFromRepliesRef::ID, contacts::BlockFromRepliesRef::NAME, block_from_replies),
];

const fn method(id: u32, name: &'static str, call: fn(&mut Request<'_>, &[u8]) -> Answer) -> Method {
    Method { id, name, access: Access::LoggedIn, call }
}

fn block(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::BlockRef<'_>>(body)?;
    let people = request.centre.cloud.directory.lock();
    let listing = find_peer(&people, &query.id)?;
    account.contact_list().blocklist(query.my_stories_from()).add(listing.person.id, request.now.secs());
    Ok(true.to_bytes())
}

fn unblock(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::UnblockRef<'_>>(body)?;
    let people = request.centre.cloud.directory.lock();
    let listing = find_peer(&people, &query.id)?;
    account.contact_list().blocklist(query.my_stories_from()).remove(listing.person.id);
    Ok(true.to_bytes())
}

/// The list replaces the one before. What `limit` does is not documented; it is not looked at.
fn set_blocked(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::SetBlockedRef<'_>>(body)?;
    let people = request.centre.cloud.directory.lock();
    let ids = query.id.iter().map(|peer| find_peer(&people, &peer).map(|listing| listing.person.id));
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    let mut list = account.contact_list();
    list.blocklist(query.my_stories_from()).replace(ids.into_iter(), request.now.secs());
    Ok(true.to_bytes())
}

/// There is no chat with replies here, so no message of it has that id.
fn block_from_replies(request: &mut Request<'_>, body: &[u8]) -> Answer {
    request.logged_in()?;
    read::<contacts::BlockFromRepliesRef>(body)?;
    Err(Refusal::bad("MSG_ID_INVALID"))
}

/// `contacts.blocked` if the answer holds all of them, else `contacts.blockedSlice`.
fn blocked(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::GetBlockedRef>(body)?;
    let offset = usize::try_from(query.offset).map_err(|_| Refusal::bad("OFFSET_INVALID"))?;
    let limit = usize::try_from(query.limit).unwrap_or(0).clamp(1, MAX_SLICE);
    let people = request.centre.cloud.directory.lock();
    let mut list = account.contact_list();
    let all = list.blocklist(query.my_stories_from()).latest_first();
    let slice = all.iter().skip(offset).take(limit).collect::<Vec<_>>();
    let blocked =
        slice.iter().map(|(id, date)| types::PeerBlocked { peer_id: peer(*id), date: *date }).collect();
    let users =
        slice.iter().filter_map(|(id, _)| people.by_id(*id)).map(|listing| seen(&account, &list, listing));
    let users = users.collect();
    let answer = if slice.len() == all.len() {
        enums::contacts::Blocked::Blocked(types::contacts::Blocked { blocked, chats: Vec::new(), users })
    } else {
        let count = i32::try_from(all.len()).unwrap_or(i32::MAX);
        enums::contacts::Blocked::Slice(types::contacts::BlockedSlice {
            count,
            blocked,
            chats: Vec::new(),
            users,
        })
    };
    Ok(answer.to_bytes())
}
