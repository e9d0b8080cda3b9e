//! `contacts import`: the people of a file.

use std::path::PathBuf;

use contacts::operations::import::{self as operation, NewContact, Outcome};
use serde_json::{Value, json};
use tg_client::Client;

use super::super::arguments::people::Import;
use super::super::failure::Failure;
use super::super::output;
use super::agreement::{Plan, count};
use super::refused;
use super::table::Table;
use crate::people_file::{self, PeopleFile};

/// Reads the file, shows who is in it, and brings them in.
pub(super) async fn import(client: &Client, given: Import) -> Result<Table, Failure> {
    let file = read(given.file.clone(), given.identity.clone()).await?;
    if file.without_number > 0 {
        output::say(format_args!(
            "{} without a number are left out; who has a username: takeout-export contacts add @username --first-name …",
            file.without_number
        ));
    }
    if file.repeated > 0 {
        output::say(format_args!(
            "{} come again with a number that stands before; the first one is taken",
            file.repeated
        ));
    }
    let items = file.people.iter().map(line).collect();
    let plan = Plan { what: format!("save {}", count(file.people.len(), "number")), items };
    if let Some(table) = plan.agree(&given.change).await? {
        return Ok(table);
    }
    let done = operation::import(client, &file.people, async |pause| {
        output::say(format_args!("the server puts some off; trying again in {} s", pause.as_secs()));
        tokio::time::sleep(pause).await;
    })
    .await;
    let table = result(&file.people, &done.outcomes);
    let is_complete = done.is_complete();
    match done.stopped_by {
        None if is_complete => Ok(table),
        None => Ok(table.partly()),
        // with nobody taken it is a failure like any other
        Some(error) if done.outcomes.iter().all(|outcome| *outcome == Outcome::NotSent) => {
            Err(refused(error))
        }
        Some(error) => Ok(table.with_note(format!("stopped: {error}")).partly()),
    }
}

/// The people of a file; `identity` opens an encrypted archive.
pub(super) async fn read(path: PathBuf, identity: Option<PathBuf>) -> Result<PeopleFile, Failure> {
    let reading = tokio::task::spawn_blocking(move || {
        people_file::read(&path, identity.as_deref()).map_err(|source| Failure::PeopleFile { path, source })
    });
    reading.await.map_err(|_| Failure::Task)?
}

fn line(person: &NewContact) -> String {
    format!("{} {} {}", person.phone, person.first_name, person.last_name).trim_end().to_owned()
}

fn result(people: &[NewContact], outcomes: &[Outcome]) -> Table {
    let columns = &["phone", "outcome", "user_id", "others_who_saved_it"];
    let mut table = Table::new("imported", columns);
    let (mut contacts, mut saved, mut open) = (0, 0, 0);
    for (person, outcome) in people.iter().zip(outcomes) {
        let (name, user_id, importers) = match outcome {
            Outcome::Contact { user_id } => ("contact", json!(user_id), Value::Null),
            Outcome::Saved { importers } => ("saved", Value::Null, json!(importers)),
            Outcome::PutOff => ("put_off", Value::Null, Value::Null),
            Outcome::NotSent => ("not_sent", Value::Null, Value::Null),
        };
        match outcome {
            Outcome::Contact { .. } => contacts += 1,
            Outcome::Saved { .. } => saved += 1,
            Outcome::PutOff | Outcome::NotSent => open += 1,
        }
        table.push(vec![json!(person.phone), json!(name), user_id, importers]);
    }
    table.with_note(format!("{contacts} contacts, {saved} saved without an account, {open} not taken"))
}
