//! What an export asks beside the three lists: the options, the clock, the journal beside the session.

use std::time::Duration;

use contacts::extras::Wanted;
use jiff::Timestamp;
use tg_client::{AlsoRead, Client, Takeout, takeout};

use super::arguments::Extras;
use super::failure::Failure;
use super::meter::Meter;
use super::output;
use crate::export::Fetched;
use crate::export::enrich::{EnrichError, Enrichment, enrich};
use crate::journal::FileJournal;

/// The methods that these options need.
pub(super) fn methods(extras: Extras) -> AlsoRead {
    AlsoRead {
        profiles: extras.notes || extras.birthdays,
        birthdays: extras.birthdays,
        phones: extras.resolve_phones,
        top_peers: extras.top_peers,
    }
}

/// Where the answers are kept, if anything is asked. A session that is in no file has no place for them.
pub(super) fn journal(
    client: &Client,
    account_id: i64,
    extras: Extras,
) -> Result<Option<FileJournal>, Failure> {
    let session = client.session().path().filter(|_| methods(extras) != AlsoRead::default());
    let journal = session.map(|session| FileJournal::beside(session, account_id));
    journal.transpose().map_err(|source| Failure::Journal { source })
}

/// Asks, and adds the answers to what was fetched.
pub(super) async fn ask(
    server: &Takeout,
    fetched: &mut Fetched,
    extras: Extras,
    journal: &FileJournal,
    meter: &Meter,
) -> Result<(), Failure> {
    let wanted = Wanted {
        notes: extras.notes,
        birthdays: extras.birthdays,
        phones: extras.resolve_phones,
        top_peers: extras.top_peers,
    };
    let enrichment = Enrichment {
        wanted,
        journal,
        pause: &|length| Box::pin(tokio::time::sleep(length)),
        pace: extras.extras_pace_millis.map(Duration::from_millis),
    };
    enrich(server, fetched, enrichment, meter, &Timestamp::now).await.map_err(|error| match error {
        EnrichError::Invoke(error) => Failure::Takeout(takeout::classify(error)),
        EnrichError::Journal(source) => Failure::Journal { source },
        EnrichError::Contacts(error) => Failure::Export(error.into()),
    })
}

/// Removes a journal whose answers an export holds.
pub(super) fn forget(journal: Option<FileJournal>) {
    if let Some(Err(error)) = journal.map(FileJournal::forget) {
        output::say(format_args!("the answers beside the session cannot be removed: {error}"));
    }
}
