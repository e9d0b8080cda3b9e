//! The operations that change the account.

use contacts::operations::change::{self, Entry};
use contacts::operations::{Who, block as blocking, near};
use jiff::{SignedDuration, Timestamp};
use tg_client::Client;

use super::super::arguments::people::{
    Add, Friends, Named, Note, OnOff, Phones, ResetSaved, Several, Switch,
};
use super::super::failure::Failure;
use super::super::inspect::demand_whole;
use super::agreement::{Plan, count};
use super::import::read;
use super::refused;
use super::table::Table;
use super::who::{Found, find_who};
use crate::export::account_sha256;
use crate::manifest::Manifest;

/// How old the export may be that [`reset_saved`] asks for.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

pub(super) async fn add(client: &Client, add: Add) -> Result<Table, Failure> {
    let found = find_who(client, &add.who).await?;
    // the server asks for it where they would not see our number otherwise
    let is_asked_for = change::needs_phone_exception(client, found.who).await.map_err(refused)?;
    let shows_our_phone = add.share_phone || (is_asked_for && !add.no_share_phone);
    let (what, note) = match (shows_our_phone, is_asked_for) {
        (true, _) => {
            ("add or rename 1 contact, who will see your number", Some("they may see your number now"))
        }
        (false, true) => {
            ("add or rename 1 contact", Some("they may not see your number; --share-phone lets them"))
        }
        (false, false) => ("add or rename 1 contact", None),
    };
    let mut plan = Plan { what: what.to_owned(), items: vec![found.label.clone()] };
    if shows_our_phone && !add.share_phone {
        plan.items
            .push("your number will be visible to them; --no-share-phone keeps it from them".to_owned());
    }
    if let Some(table) = plan.agree(&add.change).await? {
        return Ok(table);
    }
    let entry = Entry {
        first_name: add.first_name,
        last_name: add.last_name,
        phone: add.phone,
        note: add.note,
        shows_our_phone,
    };
    change::add(client, found.who, &entry).await.map_err(refused)?;
    let table = Table::done("added", format!("added {}", found.label));
    Ok(match note {
        Some(note) => table.with_note(note),
        None => table,
    })
}

pub(super) async fn accept(client: &Client, named: &Named) -> Result<Table, Failure> {
    let found = find_who(client, &named.who).await?;
    let plan = Plan { what: "add 1 contact".to_owned(), items: vec![found.label.clone()] };
    if let Some(table) = plan.agree(&named.change).await? {
        return Ok(table);
    }
    change::accept(client, found.who).await.map_err(refused)?;
    Ok(Table::done("added", format!("added {}", found.label)))
}

pub(super) async fn delete(client: &Client, several: &Several) -> Result<Table, Failure> {
    let found = find_all(client, &several.who).await?;
    let what = format!("delete {}, and their saved numbers", count(found.len(), "contact"));
    if let Some(table) = plan(what, &found).agree(&several.change).await? {
        return Ok(table);
    }
    change::delete(client, &ids(&found)).await.map_err(refused)?;
    Ok(Table::done("deleted", format!("deleted {}", count(found.len(), "contact"))))
}

pub(super) async fn delete_phones(client: &Client, phones: &Phones) -> Result<Table, Failure> {
    let numbers = count(phones.phones.len(), "saved number");
    let what = format!("delete {numbers}, and the contacts whose they are");
    if let Some(table) = (Plan { what, items: phones.phones.clone() }).agree(&phones.change).await? {
        return Ok(table);
    }
    change::delete_by_phones(client, &phones.phones).await.map_err(refused)?;
    Ok(Table::done("deleted", format!("deleted {numbers}")))
}

/// Only with an export of this account at hand that is fresh and whole.
pub(super) async fn reset_saved(client: &Client, reset: &ResetSaved) -> Result<Table, Failure> {
    let folder = reset.export.clone();
    let manifest = tokio::task::spawn_blocking(move || demand_whole(&folder)).await;
    let manifest = manifest.map_err(|_| Failure::Task)??;
    let account_id = client.session().state().account.map_or(0, |account| account.user_id);
    demand_fresh(&manifest, account_id, Timestamp::now())?;
    // an export without anything that `contacts import` reads brings nobody back
    read(reset.export.clone(), reset.identity.clone()).await?;
    let saved_only = manifest.counts.rows_by_source.saved;
    let what = format!("delete every saved number without an account ({saved_only} in the export)");
    let items = vec![format!("the export is {}", reset.export.display())];
    if let Some(table) = (Plan { what, items }).agree(&reset.change).await? {
        return Ok(table);
    }
    change::reset_saved(client).await.map_err(refused)?;
    let back = format!("to bring them back: takeout-export contacts import {}", reset.export.display());
    Ok(Table::done("reset", "deleted every saved number without an account").with_note(back))
}

/// # Errors
/// [`Failure::Usage`] that says what the export is not.
fn demand_fresh(manifest: &Manifest, account_id: i64, now: Timestamp) -> Result<(), Failure> {
    let refuse =
        |what: &str| Err(Failure::Usage { what: format!("the export in --export {what}; make a new one") });
    if manifest.account_sha256 != account_sha256(account_id) {
        return refuse("is of another account");
    }
    let exported_at = manifest.times.exported_at.parse::<Timestamp>().ok();
    match exported_at.map(|at| now.duration_since(at)) {
        Some(age) if age <= FRESH => Ok(()),
        _ => refuse("is older than a day"),
    }
}

pub(super) async fn note(client: &Client, note: &Note) -> Result<Table, Failure> {
    let found = find_who(client, &note.who).await?;
    let what =
        if note.text.is_empty() { "remove the note of 1 contact" } else { "write the note of 1 contact" };
    let plan = Plan { what: what.to_owned(), items: vec![found.label.clone()] };
    if let Some(table) = plan.agree(&note.change).await? {
        return Ok(table);
    }
    change::update_note(client, found.who, &note.text).await.map_err(refused)?;
    Ok(Table::done("noted", format!("changed the note of {}", found.label)))
}

pub(super) async fn block(client: &Client, named: &Named, on: bool) -> Result<Table, Failure> {
    let found = find_who(client, &named.who).await?;
    let verb = if on { "block" } else { "unblock" };
    let plan = Plan { what: format!("{verb} 1 account"), items: vec![found.label.clone()] };
    if let Some(table) = plan.agree(&named.change).await? {
        return Ok(table);
    }
    if on {
        blocking::block(client, found.who).await.map_err(refused)?;
    } else {
        blocking::unblock(client, found.who).await.map_err(refused)?;
    }
    Ok(Table::done(if on { "blocked" } else { "unblocked" }, format!("{verb}ed {}", found.label)))
}

pub(super) async fn switch_top_peers(client: &Client, switch: &Switch) -> Result<Table, Failure> {
    let on = switch.state == OnOff::On;
    let what = if on { "keep a list of top peers" } else { "delete the list of top peers and keep none" };
    if let Some(table) = (Plan { what: what.to_owned(), items: Vec::new() }).agree(&switch.change).await? {
        return Ok(table);
    }
    near::toggle_top_peers(client, on).await.map_err(refused)?;
    Ok(Table::done("switched", format!("top peers are {}", if on { "on" } else { "off" })))
}

pub(super) async fn reset_rating(client: &Client, named: &Named) -> Result<Table, Failure> {
    let found = find_who(client, &named.who).await?;
    let plan = Plan { what: "take 1 account off the top peers".to_owned(), items: vec![found.label.clone()] };
    if let Some(table) = plan.agree(&named.change).await? {
        return Ok(table);
    }
    near::reset_rating(client, found.who).await.map_err(refused)?;
    Ok(Table::done("reset", format!("{} is off the list of top peers", found.label)))
}

pub(super) async fn close_friends(client: &Client, friends: &Friends) -> Result<Table, Failure> {
    let found = find_all(client, &friends.who).await?;
    let what = match found.len() {
        0 => "take everybody off the list of close friends".to_owned(),
        _ => format!("make {}, and nobody else, close friends", count(found.len(), "contact")),
    };
    if let Some(table) = plan(what, &found).agree(&friends.change).await? {
        return Ok(table);
    }
    let ids = found.iter().map(|found| found.who.id).collect::<Vec<_>>();
    near::set_close_friends(client, &ids).await.map_err(refused)?;
    Ok(Table::done("close_friends", count(found.len(), "close friend")))
}

async fn find_all(client: &Client, typed: &[String]) -> Result<Vec<Found>, Failure> {
    let mut all = Vec::with_capacity(typed.len());
    for text in typed {
        all.push(find_who(client, text).await?);
    }
    Ok(all)
}

fn plan(what: String, found: &[Found]) -> Plan {
    Plan { what, items: found.iter().map(|found| found.label.clone()).collect() }
}

fn ids(found: &[Found]) -> Vec<Who> {
    found.iter().map(|found| found.who).collect()
}
