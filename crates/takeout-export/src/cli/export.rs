//! `takeout-export export`

use super::arguments::Export;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::job::{self, Target};
use super::meter::Meter;
use super::summary::Outcome;
use super::{connection, output};

/// Exports the address book of the account that is logged in.
pub(super) async fn run(export: Export, meter: &Meter, interrupt: &Interrupt) -> Result<Outcome, Failure> {
    let target = Target::begin(export.out, &export.output)?;
    meter.say("connecting");
    let client = connection::resume(export.session, &export.server, interrupt).await?;
    let outcome = job::run(&client, target, meter, interrupt).await;
    connection::close(&client).await;
    if outcome.is_err() && client.session().state().takeout.is_some() {
        output::say(
            "The takeout session is still open at the server; the next command with this session ends it.",
        );
    }
    outcome
}
