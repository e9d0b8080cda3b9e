//! `takeout-export export`

use jiff::Timestamp;

use super::arguments::Export;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::job::{self, Target};
use super::meter::Meter;
use super::summary::Outcome;
use super::{connection, convert, output, permission};

/// Exports the address book of the account that is logged in.
pub(super) async fn run(export: Export, meter: &Meter, interrupt: &Interrupt) -> Result<Outcome, Failure> {
    // a folder that cannot be used costs no connection; which one it is in a history, the session knows
    let named = export.place.out.map(|folder| Target::begin(folder, &export.output)).transpose()?;
    let (earlier, identity) = (export.reuse.reuse_users, export.reuse.identity);
    let earlier = earlier.map(|earlier| convert::read(&earlier, identity.as_deref())).transpose()?;
    let store = connection::open(export.session, &export.server, interrupt).await?;
    // not before: a line that moves would hide the question for the passphrase
    meter.say("connecting");
    let client = connection::enter(store, &export.server, interrupt).await?;
    let history = export.place.history.unwrap_or_default();
    let dated = || Target::begin_dated(&history, job::account_id(&client), Timestamp::now(), &export.output);
    let target = named.map_or_else(dated, Ok).and_then(|target| target.reusing(earlier, &client));
    let target = target.map(|target| target.with(export.extras));
    let asking = permission::Asking::new(&export.permission, &client, meter);
    let watch = |delayed| asking.tell(delayed);
    let outcome = match target {
        Ok(target) => job::run(&client, target, asking.terms(&watch), meter, interrupt).await,
        Err(failure) => Err(failure),
    };
    connection::close(&client).await;
    if outcome.is_err() && client.session().state().takeout.is_some() {
        output::say(
            "The takeout session is still open at the server; the next command with this session ends it.",
        );
    }
    outcome
}
