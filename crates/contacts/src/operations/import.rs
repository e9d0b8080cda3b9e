//! Bringing an address book in (`contacts.importContacts`).
//!
//! The server takes as many as it likes and names the rest in `retry_contacts`: they go again, after a pause that
//! doubles, until everybody is taken or a round brings nothing new.

use core::fmt;
use core::time::Duration;

use tl_api::{Invoke, InvokeError, functions, types};
use tl_codec::Redacted;

use super::change::text;

/// How many people go into one call. The server names no number; clients report that some hundreds pass.
pub const BATCH: usize = 200;

/// How often people whom the server puts off are sent again without one of them being taken.
pub const MAX_ROUNDS_WITHOUT_SUCCESS: u32 = 5;

/// The pause before the first repetition; it doubles with each.
pub const FIRST_PAUSE: Duration = Duration::from_secs(2);

/// Somebody to bring in.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NewContact {
    /// Number, with its country code.
    pub phone: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// A note that only this account sees.
    pub note: Option<String>,
}

impl fmt::Debug for NewContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewContact")
            .field("phone", &Redacted)
            .field("name", &Redacted)
            .finish_non_exhaustive()
    }
}

/// What became of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The number has an account, which is a contact now.
    Contact {
        /// Its id.
        user_id: i64,
    },
    /// The number is saved; no account shows itself under it.
    Saved {
        /// How many others have saved it too, if the server says so (`popular_invites`).
        importers: Option<i32>,
    },
    /// The server put them off until we gave up.
    PutOff,
    /// An error came first: they may or may not be saved.
    NotSent,
}

/// What became of all of them.
#[derive(Debug)]
pub struct Imported {
    /// One for each of the people, in their order.
    pub outcomes: Vec<Outcome>,
    /// What ended the import early.
    pub stopped_by: Option<InvokeError>,
}

impl Imported {
    /// Whether everybody is a contact or saved.
    pub fn is_complete(&self) -> bool {
        let is_taken = |outcome: &Outcome| matches!(outcome, Outcome::Contact { .. } | Outcome::Saved { .. });
        self.outcomes.iter().all(is_taken)
    }
}

/// Brings people in. `pause` waits (a program sleeps; a test does not).
///
/// It does not fail: what went wrong stands in [`Imported::stopped_by`], so that nobody who was taken is forgotten.
pub async fn import(
    server: &(impl Invoke + Sync + ?Sized),
    people: &[NewContact],
    pause: impl AsyncFn(Duration),
) -> Imported {
    let mut outcomes = vec![Outcome::NotSent; people.len()];
    let mut waiting = (0..people.len()).collect::<Vec<_>>();
    let mut fruitless = 0;
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut put_off = Vec::new();
        for batch in waiting.chunks(BATCH) {
            match send(server, people, batch, &mut outcomes).await {
                Ok(again) => put_off.extend(again),
                Err(error) => return Imported { outcomes, stopped_by: Some(error) },
            }
        }
        waiting = put_off;
        if waiting.len() == before {
            fruitless += 1;
            if fruitless == MAX_ROUNDS_WITHOUT_SUCCESS {
                break;
            }
        } else {
            fruitless = 0;
        }
        if !waiting.is_empty() {
            pause(FIRST_PAUSE.saturating_mul(1 << fruitless)).await;
        }
    }
    Imported { outcomes, stopped_by: None }
}

/// One call. Gives who is to be sent again.
async fn send(
    server: &(impl Invoke + Sync + ?Sized),
    people: &[NewContact],
    batch: &[usize],
    outcomes: &mut [Outcome],
) -> Result<Vec<usize>, InvokeError> {
    let contacts =
        batch.iter().filter_map(|index| Some(input(client_id(*index), people.get(*index)?))).collect();
    let reply = server.invoke(&functions::contacts::ImportContacts { contacts }).await?;
    let answer = reply.read()?;
    let mut set = |client_id: i64, outcome| {
        // ids that we did not send say nothing about anybody
        let known = usize::try_from(client_id).ok().filter(|index| batch.binary_search(index).is_ok());
        if let Some(slot) = known.and_then(|index| outcomes.get_mut(index)) {
            *slot = outcome;
        }
    };
    for index in batch {
        set(client_id(*index), Outcome::Saved { importers: None });
    }
    for popular in &answer.popular_invites {
        set(popular.client_id, Outcome::Saved { importers: Some(popular.importers) });
    }
    for imported in &answer.imported {
        set(imported.client_id, Outcome::Contact { user_id: imported.user_id });
    }
    for retry in &answer.retry_contacts {
        set(retry, Outcome::PutOff);
    }
    let is_put_off = |index: &&usize| outcomes.get(**index) == Some(&Outcome::PutOff);
    Ok(batch.iter().filter(is_put_off).copied().collect())
}

/// The position of somebody in the list: unique, and in an answer it says who is meant.
fn client_id(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

fn input(client_id: i64, person: &NewContact) -> types::InputPhoneContact {
    types::InputPhoneContact {
        client_id,
        phone: person.phone.clone(),
        first_name: person.first_name.clone(),
        last_name: person.last_name.clone(),
        note: person.note.as_deref().map(text),
    }
}
