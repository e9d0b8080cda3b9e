//! During an export nothing that writes can leave the client: every method of Telegram's list is tried, as it is and
//! inside of every wrapper.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::future::pending;

use bytes::Bytes;
use tg_client::{AlsoRead, ClientError, NotReadOnly, Takeout, Terms, takeout};
use tl_api::{Invoke, InvokeRaw, functions};

use crate::world::World;

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/api.tl");

/// What an export may send: what it reads, and what keeps its own session. Written down here once more, so that the list
/// in the client cannot grow unseen.
const READS: [&str; 9] = [
    "account.finishTakeoutSession",
    "account.initTakeoutSession",
    "auth.bindTempAuthKey",
    "contacts.getContacts",
    "contacts.getSaved",
    "contacts.getStatuses",
    "help.getConfig",
    "help.getNearestDc",
    "users.getUsers",
];

/// What it may send beside these where every option for more was given.
const READS_ON_REQUEST: [&str; 4] =
    ["contacts.getBirthdays", "contacts.getTopPeers", "contacts.resolvePhone", "users.getFullUser"];

/// The methods of the schema that wrap others, each with what stands between its id and the other, without flags and
/// with empty strings: one word of four bytes each.
const WRAPPERS: [(&str, usize); 11] = [
    ("initConnection", 8),
    ("invokeAfterMsg", 2),
    ("invokeAfterMsgs", 0),
    ("invokeWithApnsSecret", 2),
    ("invokeWithBusinessConnection", 1),
    ("invokeWithGooglePlayIntegrity", 2),
    ("invokeWithLayer", 1),
    ("invokeWithMessagesRange", 0),
    ("invokeWithReCaptcha", 1),
    ("invokeWithTakeout", 2),
    ("invokeWithoutUpdates", 0),
];

/// Every method of the schema with its constructor id.
fn methods() -> Vec<(String, u32)> {
    let schema = std::fs::read_to_string(SCHEMA).unwrap();
    let (_, functions) = schema.split_once("---functions---").unwrap();
    let method = |line: &str| {
        let (name, id) = line.split_whitespace().next()?.split_once('#')?;
        Some((name.to_owned(), u32::from_str_radix(id, 16).unwrap()))
    };
    functions.lines().filter_map(method).collect()
}

/// What stands before a wrapped request.
fn wrapping(name: &str, id: u32, words: usize) -> Vec<u8> {
    let middle = match name {
        // vector#1cb5c415 of none
        "invokeAfterMsgs" => vec![0x15, 0xc4, 0xb5, 0x1c, 0, 0, 0, 0],
        // messageRange#0ae30253 min_id:int max_id:int
        "invokeWithMessagesRange" => vec![0x53, 0x02, 0xe3, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0],
        _ => vec![0; 4 * words],
    };
    [id.to_le_bytes().to_vec(), middle].concat()
}

/// Every way to say a method: as it is, in each wrapper, and in each wrapper within `invokeWithTakeout`.
fn ways(methods: &[(String, u32)]) -> Vec<Vec<u8>> {
    let wrappers: Vec<_> = WRAPPERS
        .iter()
        .map(|(name, words)| {
            let (_, id) = methods.iter().find(|(method, _)| method == name).unwrap();
            (*name, wrapping(name, *id, *words))
        })
        .collect();
    let takeout = &wrappers.iter().find(|(name, _)| *name == "invokeWithTakeout").unwrap().1;
    let once = wrappers.iter().map(|(_, wrapping)| wrapping.clone());
    let twice = wrappers.iter().map(|(_, wrapping)| [takeout.clone(), wrapping.clone()].concat());
    std::iter::once(Vec::new()).chain(once).chain(twice).collect()
}

/// Whether the request stays here, whoever is asked to send it.
async fn stays_here(takeout: &Takeout, request: &[u8]) -> bool {
    let request = Bytes::copy_from_slice(request);
    for sent in [takeout.client().invoke_raw(request.clone()).await, takeout.invoke_raw(request).await] {
        let is_refused =
            sent.is_err_and(|error| matches!(ClientError::from(error), ClientError::NotReadOnly(_)));
        if !is_refused {
            return false;
        }
    }
    true
}

#[tokio::test]
async fn no_other_method_of_telegrams_list_leaves_the_process_during_an_export() {
    let all = AlsoRead { profiles: true, birthdays: true, phones: true, top_peers: true };
    for (also, on_request) in [(AlsoRead::default(), &[][..]), (all, &READS_ON_REQUEST[..])] {
        nothing_leaves_but(also, &[&READS, on_request].concat()).await;
    }
}

/// Tries every method that is not among these.
async fn nothing_leaves_but(also: AlsoRead, reads: &[&str]) {
    let mut world = World::small().await;
    let client = world.log_in().await;
    client.restrict_to_reading(also);
    let methods = methods();
    let ways = ways(&methods);
    let names: BTreeSet<_> = methods.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.len() > 800 && reads.iter().all(|read| names.contains(read)), "{}", names.len());

    let tried = takeout::run(&client, Terms::default(), pending::<Infallible>(), async |takeout| {
        let mut tried = 0;
        let is_other =
            |name: &str| !reads.contains(&name) && !WRAPPERS.iter().any(|(wrapper, _)| *wrapper == name);
        for (name, id) in methods.iter().filter(|(name, _)| is_other(name)) {
            for way in &ways {
                let request = [way.as_slice(), &id.to_le_bytes(), &[0; 16]].concat();
                assert!(stays_here(&takeout, &request).await, "{name} in {way:02x?}");
                tried += 1;
            }
        }
        // and what is read goes through: the list does not refuse everything
        let saved = takeout.invoke(&functions::contacts::GetSaved {}).await.unwrap();
        assert_eq!(saved.read().unwrap().len(), world.server.truth().saved.len());
        Ok::<_, Infallible>(tried)
    });
    let tried = tried.await.unwrap().value;
    assert_eq!(tried, (methods.len() - reads.len() - WRAPPERS.len()) * ways.len());
}

#[tokio::test]
async fn a_wrapper_hides_nothing_and_a_wrapper_without_anything_is_refused() {
    let mut world = World::small().await;
    let client = world.log_in().await;
    client.restrict_to_reading(AlsoRead::default());
    let methods = methods();
    let refused = async |request: Vec<u8>| {
        let sent = client.invoke_raw(Bytes::from(request)).await;
        matches!(sent.map_err(ClientError::from), Err(ClientError::NotReadOnly(_)))
    };
    for way in ways(&methods) {
        assert!(refused(way.clone()).await, "nothing in {way:02x?}");
        let reset = methods.iter().find(|(name, _)| name == "contacts.resetSaved").unwrap().1;
        // the id of a method that reads, behind the one that writes
        let read = methods.iter().find(|(name, _)| name == "contacts.getSaved").unwrap().1;
        assert!(refused([way.as_slice(), &reset.to_le_bytes(), &read.to_le_bytes()].concat()).await);
    }
}

#[tokio::test]
async fn eight_wrappers_are_looked_through_and_no_more() {
    let mut world = World::small().await;
    let client = world.log_in().await;
    client.restrict_to_reading(AlsoRead::default());
    let methods = methods();
    let id = |name: &str| methods.iter().find(|(method, _)| method == name).unwrap().1.to_le_bytes();
    for (wrappers, expected) in [(8, None), (9, Some(NotReadOnly::TooManyWrappers))] {
        let request =
            [id("invokeWithoutUpdates").repeat(wrappers), id("help.getNearestDc").to_vec()].concat();
        let refused = match client.invoke_raw(Bytes::from(request)).await.map_err(ClientError::from) {
            Err(ClientError::NotReadOnly(refused)) => Some(refused),
            // whatever the server thinks of it
            _ => None,
        };
        assert_eq!(refused, expected, "{wrappers} wrappers");
    }
}
