//! The operations that change nothing.

use contacts::fetch;
use contacts::operations::{block, find, near};
use jiff::Timestamp;
use serde_json::{Value, json};
use tg_client::Client;
use tl_api::enums::contacts::{BlockedRef, ContactsRef, TopPeersRef};
use tl_api::enums::{PeerRef, TopPeerCategoryRef, UserRef, UserStatusRef};
use tl_api::types;

use super::super::arguments::people::Search;
use super::super::failure::Failure;
use super::table::{Table, person};
use super::who::find_who;
use super::{refused, unreadable};

pub(super) async fn list(client: &Client) -> Result<Table, Failure> {
    let reply = fetch::contacts(client, 0).await.map_err(refused)?;
    match reply.read().map_err(unreadable)? {
        ContactsRef::Contacts(all) => Ok(Table::people("contacts", all.users.iter())),
        _ => Ok(Table::people("contacts", [])),
    }
}

pub(super) async fn ids(client: &Client) -> Result<Table, Failure> {
    let ids = find::contact_ids(client).await.map_err(refused)?;
    let mut table = Table::new("contact_ids", &["user_id"]);
    for id in &ids {
        table.push(vec![json!(id)]);
    }
    let unknown = ids.iter().filter(|id| id.is_none()).count();
    if unknown > 0 {
        let why = "the method is from the time of 32-bit ids: a longer id, or an account that hides itself, comes as 0";
        return Ok(table.with_note(format!("{unknown} of {} without an id: {why}", ids.len())));
    }
    Ok(table)
}

pub(super) async fn statuses(client: &Client) -> Result<Table, Failure> {
    let reply = fetch::statuses(client).await.map_err(refused)?;
    let mut table = Table::new("statuses", &["user_id", "status", "at"]);
    for entry in &reply.read().map_err(unreadable)? {
        let (status, at) = match entry.status {
            UserStatusRef::Online(status) => ("online", Some(status.expires)),
            UserStatusRef::Offline(status) => ("offline", Some(status.was_online)),
            UserStatusRef::Recently(_) => ("recently", None),
            UserStatusRef::LastWeek(_) => ("last_week", None),
            UserStatusRef::LastMonth(_) => ("last_month", None),
            UserStatusRef::Empty(_) => ("empty", None),
            _ => ("unknown", None),
        };
        table.push(vec![json!(entry.user_id), json!(status), at.map_or(Value::Null, time)]);
    }
    Ok(table)
}

fn time(unix_secs: i32) -> Value {
    Timestamp::from_second(unix_secs.into()).map_or(Value::Null, |at| json!(at.to_string()))
}

pub(super) async fn search(client: &Client, search: &Search) -> Result<Table, Failure> {
    let reply = find::search(client, &search.query, search.limit).await.map_err(refused)?;
    let found = reply.read().map_err(unreadable)?;
    let mine = found.my_results.len();
    let table = Table::people("found", found.users.iter());
    let others = found.results.len();
    Ok(table.with_note(format!("{mine} among your contacts, {others} elsewhere")))
}

/// Who somebody is, with their birthday and your note.
pub(super) async fn show(client: &Client, text: &str) -> Result<Table, Failure> {
    const COLUMNS: &[&str] = &[
        "user_id",
        "first_name",
        "last_name",
        "username",
        "phone",
        "is_contact",
        "is_blocked",
        "birthday",
        "note",
    ];
    let found = find_who(client, text).await?;
    let reply = near::profile(client, found.who).await.map_err(refused)?;
    let profile = reply.read().map_err(unreadable)?;
    let mut table = Table::new("person", COLUMNS);
    for user in &profile.users {
        if let UserRef::User(user) = user
            && user.id == found.who.id
        {
            let full = &profile.full_user;
            let mut row = person(&user);
            row.push(json!(user.contact()));
            row.push(json!(full.blocked()));
            row.push(full.birthday.map_or(Value::Null, |birthday| json!(date(&birthday))));
            row.push(full.note.map_or(Value::Null, |note| json!(note.text.to_str_lossy())));
            table.push(row);
        }
    }
    Ok(table)
}

/// As vCard has it: `--MM-DD` without a year (RFC 6350, 4.3.1).
fn date(birthday: &types::BirthdayRef) -> String {
    let (month, day) = (birthday.month, birthday.day);
    birthday
        .year
        .map_or_else(|| format!("--{month:02}-{day:02}"), |year| format!("{year:04}-{month:02}-{day:02}"))
}

pub(super) async fn blocked(client: &Client) -> Result<Table, Failure> {
    let pages = block::blocked(client).await.map_err(refused)?;
    let mut table = Table::new("blocked", &["user_id", "since", "first_name", "last_name", "username"]);
    for page in &pages {
        let (blocked, users) = match page.read().map_err(unreadable)? {
            BlockedRef::Blocked(all) => (all.blocked, all.users),
            BlockedRef::Slice(slice) => (slice.blocked, slice.users),
            _ => continue,
        };
        for entry in &blocked {
            let PeerRef::User(peer) = entry.peer_id else { continue };
            let user = users.iter().find_map(|user| match user {
                UserRef::User(user) if user.id == peer.user_id => Some(person(&user)),
                _ => None,
            });
            let names = user.unwrap_or_default().into_iter().skip(1).take(3);
            let mut row = vec![json!(peer.user_id), time(entry.date)];
            row.extend(names);
            table.push(row);
        }
    }
    Ok(table)
}

pub(super) async fn top_peers(client: &Client) -> Result<Table, Failure> {
    let pages = near::top_peers(client).await.map_err(refused)?;
    let mut table = Table::new("top_peers", &["category", "rating", "user_id", "first_name", "last_name"]);
    for page in &pages {
        let top = match page.read().map_err(unreadable)? {
            TopPeersRef::TopPeers(top) => top,
            TopPeersRef::Disabled(_) => return Ok(table.with_note("the list of top peers is switched off")),
            _ => continue,
        };
        for category in &top.categories {
            let name = match category.category {
                TopPeerCategoryRef::Correspondents(_) => "correspondents",
                TopPeerCategoryRef::BotsInline(_) => "bots_inline",
                TopPeerCategoryRef::PhoneCalls(_) => "phone_calls",
                _ => "other",
            };
            for peer in &category.peers {
                let PeerRef::User(user_id) = peer.peer else { continue };
                let user = top.users.iter().find_map(|user| match user {
                    UserRef::User(user) if user.id == user_id.user_id => Some(person(&user)),
                    _ => None,
                });
                let mut row = vec![json!(name), json!(peer.rating), json!(user_id.user_id)];
                row.extend(user.unwrap_or_default().into_iter().skip(1).take(2));
                table.push(row);
            }
        }
    }
    Ok(table)
}

pub(super) async fn birthdays(client: &Client) -> Result<Table, Failure> {
    let reply = near::birthdays(client).await.map_err(refused)?;
    let near = reply.read().map_err(unreadable)?;
    let mut table = Table::new("birthdays", &["user_id", "birthday"]);
    for entry in &near.contacts {
        table.push(vec![json!(entry.contact_id), json!(date(&entry.birthday))]);
    }
    Ok(table)
}

pub(super) async fn link(client: &Client) -> Result<Table, Failure> {
    let reply = find::export_token(client).await.map_err(refused)?;
    let link = reply.read().map_err(unreadable)?;
    let mut table = Table::new("link", &["url", "expires"]);
    table.push(vec![json!(link.url.to_str_lossy()), time(link.expires)]);
    Ok(table)
}

pub(super) async fn open_link(client: &Client, link: &str) -> Result<Table, Failure> {
    let reply = find::import_token(client, link).await.map_err(refused)?;
    Ok(Table::people("link_owner", [reply.read().map_err(unreadable)?]))
}
