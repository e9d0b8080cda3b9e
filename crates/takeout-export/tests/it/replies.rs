//! Replies out of a few words, as a server would send them.

use bytes::Bytes;
use contacts::Replies;
use jiff::Timestamp;
use takeout_export::archive::{About, Asked, Enriched, Stored};
use takeout_export::export::Fetched;
use takeout_export::export::enrich::GET_FULL_USER;
use tl_api::types;
use tl_codec::{Encode, Reply, Shape};

/// A saved record.
pub(crate) fn saved(phone: &str, first_name: &str) -> types::SavedPhoneContact {
    types::SavedPhoneContact {
        phone: phone.into(),
        first_name: first_name.into(),
        last_name: String::new(),
        date: 1_700_000_000,
    }
}

/// A contact with an account.
pub(crate) fn user(id: i64, phone: Option<&str>, first_name: &str) -> types::User {
    types::User {
        id,
        contact: true,
        access_hash: Some(id * 31),
        first_name: Some(first_name.into()),
        phone: phone.map(str::to_owned),
        ..types::User::default()
    }
}

/// The three answers; everybody was last seen recently.
pub(crate) fn of(saved: &[types::SavedPhoneContact], users: &[types::User]) -> Replies {
    of_counted(saved, users, i32::try_from(saved.len()).unwrap())
}

/// The same from a server that counts the saved records in its own way.
pub(crate) fn of_counted(
    saved: &[types::SavedPhoneContact],
    users: &[types::User],
    saved_count: i32,
) -> Replies {
    let contacts = types::contacts::Contacts {
        contacts: users.iter().map(|user| types::Contact { user_id: user.id, mutual: true }).collect(),
        saved_count,
        users: users.iter().map(|user| user.clone().into()).collect(),
    };
    let status = |user: &types::User| types::ContactStatus {
        user_id: user.id,
        status: types::UserStatusRecently { by_me: false }.into(),
    };
    let statuses: Vec<_> = users.iter().map(status).collect();
    Replies { saved: reply(&saved.to_vec()), contacts: reply(&contacts), statuses: reply(&statuses) }
}

fn reply<S: Shape>(object: &impl Encode) -> Reply<S> {
    Reply::new(Bytes::from(object.to_bytes()))
}

/// So many people, every third with an account and every fifth of those with a hidden number; at a fixed time.
pub(crate) fn fetched(people: i64) -> Fetched {
    let phone = |index: i64| format!("4917{index:08}");
    let name = |index: i64| format!("Søren \"{index}\",\r\n=1+1 🌻");
    let records: Vec<_> = (0..people).map(|index| saved(&phone(index), &name(index))).collect();
    let users: Vec<_> = (0..people)
        .step_by(3)
        .map(|index| user(index + 1, (index % 5 != 0).then(|| phone(index)).as_deref(), &name(index)))
        .collect();
    let at = Timestamp::from_second(1_719_748_800).unwrap();
    Fetched {
        replies: of(&records, &users),
        account_id: 1,
        layer: tl_api::LAYER,
        started_at: at,
        saved_received_at: at,
        contacts_received_at: at,
        status_observed_at: at,
        exported_at: at,
        called_outside: Vec::new(),
        reused: None,
        enriched: None,
        answers: Vec::new(),
    }
}

/// The same with notes about some of the people, which were asked for.
pub(crate) fn with_notes(fetched: Fetched, notes: &[(i64, &str)]) -> Fetched {
    let profile = |id: i64, note: &str| {
        let note = types::TextWithEntities { text: note.to_owned(), entities: Vec::new() };
        let full_user = types::UserFull { id, note: Some(note), ..types::UserFull::default() };
        types::users::UserFull { full_user, ..types::users::UserFull::default() }
    };
    let answer = |(id, note): &(i64, &str)| Stored {
        about: About {
            method: GET_FULL_USER.to_owned(),
            layer: tl_api::LAYER,
            received_at: fetched.exported_at,
            asked: Some(Asked::User(*id)),
            refusal: None,
        },
        body: Bytes::from(profile(*id, note).to_bytes()),
    };
    let answers = notes.iter().map(answer).collect();
    let enriched = Enriched { notes: true, birthdays: false, phones: false, top_peers: false, stopped: None };
    Fetched { enriched: Some(enriched), answers, ..fetched }
}
