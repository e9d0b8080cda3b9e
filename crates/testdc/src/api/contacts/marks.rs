//! Who is near: top peers, close friends, birthdays.

use tl_api::functions::contacts;
use tl_api::{enums, types};
use tl_codec::{Constructor, Encode};

use super::super::Refusal;
use super::super::peers::{find_peer, peer};
use super::super::request::{Access, Answer, Method, Request, read};
use super::super::wire_forms::user;
use super::hash_list;
use crate::directory;

/// The most that one answer holds.
const MAX_TOP_PEERS: usize = 100;

pub(in super::super) const METHODS: &[Method] = &[
    method(contacts::GetTopPeersRef::ID, contacts::GetTopPeersRef::NAME, top_peers),
    method(contacts::ToggleTopPeers::ID, contacts::ToggleTopPeers::NAME, toggle_top_peers),
    method(contacts::ResetTopPeerRatingRef::ID, contacts::ResetTopPeerRatingRef::NAME, reset_rating),
    method(contacts::EditCloseFriendsRef::ID, contacts::EditCloseFriendsRef::NAME, edit_close_friends),
    method(contacts::GetBirthdays::ID, contacts::GetBirthdays::NAME, birthdays),
];

const fn method(id: u32, name: &'static str, call: fn(&mut Request<'_>, &[u8]) -> Answer) -> Method {
    Method { id, name, access: Access::LoggedIn, call }
}

/// People, in the category of those whom the account writes to; every other category is empty.
fn top_peers(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::GetTopPeersRef>(body)?;
    let wanted = wanted(&query);
    if wanted.is_empty() {
        return Err(Refusal::bad("TYPES_EMPTY"));
    }
    let list = account.contact_list();
    if list.top_peers_are_off() {
        return Ok(enums::contacts::TopPeers::Disabled(types::contacts::TopPeersDisabled).to_bytes());
    }
    let offset = usize::try_from(query.offset).map_err(|_| Refusal::bad("OFFSET_INVALID"))?;
    let limit = usize::try_from(query.limit).unwrap_or(0).clamp(1, MAX_TOP_PEERS);
    let all = list.top_peers();
    let slice = all.iter().enumerate().skip(offset).take(limit).collect::<Vec<_>>();
    let hash = hash_list(slice.iter().map(|(_, person)| person.id.cast_unsigned()));
    if query.hash != 0 && query.hash == hash {
        return Ok(enums::contacts::TopPeers::NotModified(types::contacts::TopPeersNotModified).to_bytes());
    }
    let categories = wanted.into_iter().map(|category| {
        let is_people = matches!(category, enums::TopPeerCategory::Correspondents(_));
        let rating = |position: usize| 1000.0 / f64::from(u32::try_from(position + 1).unwrap_or(u32::MAX));
        let peers = slice.iter().filter(|_| is_people);
        types::TopPeerCategoryPeers {
            category,
            count: if is_people { i32::try_from(all.len()).unwrap_or(i32::MAX) } else { 0 },
            peers: peers
                .map(|(position, person)| types::TopPeer { peer: peer(person.id), rating: rating(*position) })
                .collect(),
        }
    });
    let answer = types::contacts::TopPeers {
        categories: categories.collect(),
        chats: Vec::new(),
        users: slice.iter().map(|(_, person)| enums::User::User(user(person))).collect(),
    };
    Ok(enums::contacts::TopPeers::TopPeers(answer).to_bytes())
}

fn wanted(query: &contacts::GetTopPeersRef) -> Vec<enums::TopPeerCategory> {
    use enums::TopPeerCategory as Category;
    let all = [
        (query.correspondents(), Category::Correspondents(types::TopPeerCategoryCorrespondents)),
        (query.bots_pm(), Category::BotsPm(types::TopPeerCategoryBotsPm)),
        (query.bots_inline(), Category::BotsInline(types::TopPeerCategoryBotsInline)),
        (query.phone_calls(), Category::PhoneCalls(types::TopPeerCategoryPhoneCalls)),
        (query.forward_users(), Category::ForwardUsers(types::TopPeerCategoryForwardUsers)),
        (query.forward_chats(), Category::ForwardChats(types::TopPeerCategoryForwardChats)),
        (query.groups(), Category::Groups(types::TopPeerCategoryGroups)),
        (query.channels(), Category::Channels(types::TopPeerCategoryChannels)),
        (query.bots_app(), Category::BotsApp(types::TopPeerCategoryBotsApp)),
        (query.bots_guestchat(), Category::BotsGuestChat(types::TopPeerCategoryBotsGuestChat)),
    ];
    all.into_iter().filter(|(is_wanted, _)| *is_wanted).map(|(_, category)| category).collect()
}

fn toggle_top_peers(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::ToggleTopPeers>(body)?;
    account.contact_list().switch_top_peers(query.enabled);
    Ok(true.to_bytes())
}

fn reset_rating(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::ResetTopPeerRatingRef<'_>>(body)?;
    let people = request.centre.cloud.directory.lock();
    let listing = find_peer(&people, &query.peer)?;
    account.contact_list().reset_rating(listing.person.id);
    Ok(true.to_bytes())
}

/// The list replaces the one before; who is no contact is left out.
fn edit_close_friends(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<contacts::EditCloseFriendsRef<'_>>(body)?;
    account.contact_list().set_close_friends(&query.id.iter().collect());
    Ok(true.to_bytes())
}

/// The contacts whose birthday is within a day of today in UTC.
fn birthdays(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    read::<contacts::GetBirthdays>(body)?;
    let list = account.contact_list();
    let near = days_around(request.now.secs());
    let users = list.book().users.iter().filter_map(|person| {
        let (day, month, year) = directory::birthday(person.id)?;
        near.contains(&(day, month)).then_some((person, types::Birthday { day, month, year }))
    });
    let users = users.collect::<Vec<_>>();
    let answer = types::contacts::ContactBirthdays {
        contacts: users
            .iter()
            .map(|(person, birthday)| types::ContactBirthday {
                contact_id: person.id,
                birthday: birthday.clone(),
            })
            .collect(),
        users: users.iter().map(|(person, _)| enums::User::User(user(person))).collect(),
    };
    Ok(answer.to_bytes())
}

/// Day and month of yesterday, today and tomorrow.
fn days_around(now: i32) -> Vec<(i32, i32)> {
    const DAY_SECS: i64 = 24 * 60 * 60;
    let days = [-DAY_SECS, 0, DAY_SECS].into_iter();
    let dates = days.filter_map(|shift| jiff::Timestamp::from_second(i64::from(now) + shift).ok());
    let dates = dates.map(|at| at.to_zoned(jiff::tz::TimeZone::UTC).date());
    dates.map(|date| (i32::from(date.day()), i32::from(date.month()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_over_the_end_of_a_year() {
        // 2026-01-01 00:00 UTC
        assert_eq!(days_around(1_767_225_600), [(31, 12), (1, 1), (2, 1)]);
    }
}
