//! The operations, as a server sees them, and what they make of its answers.

use std::cell::RefCell;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use contacts::operations::import::{BATCH, MAX_ROUNDS_WITHOUT_SUCCESS, NewContact, Outcome};
use contacts::operations::{Who, block, change, find, import, near};
use tl_api::{InvokeError, InvokeRaw, RawAnswer, RpcError, enums, functions, types};
use tl_codec::{Decode, Encode};

/// Gives the answers that it was given, one a request, and remembers the requests.
#[derive(Default)]
struct Script {
    answers: Mutex<Vec<Result<Vec<u8>, RpcError>>>,
    asked: Mutex<Vec<Bytes>>,
}

impl Script {
    fn of(answers: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut answers = answers.into_iter().map(Ok).collect::<Vec<_>>();
        answers.reverse();
        Self { answers: Mutex::new(answers), ..Self::default() }
    }

    fn refusing(name: &str) -> Self {
        let refusal = RpcError { code: 400, message: name.to_owned() };
        Self { answers: Mutex::new(vec![Err(refusal)]), ..Self::default() }
    }

    fn asked(&self) -> Vec<Bytes> {
        self.asked.lock().unwrap().clone()
    }
}

impl InvokeRaw for Script {
    fn invoke_raw(&self, request: Bytes) -> RawAnswer<'_> {
        self.asked.lock().unwrap().push(request);
        let answer = self.answers.lock().unwrap().pop().expect("one question too many");
        Box::pin(async move { answer.map(Bytes::from).map_err(InvokeError::from) })
    }
}

fn now<T>(future: impl Future<Output = T>) -> T {
    match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the server of this test answers at once"),
    }
}

fn people(count: usize) -> Vec<NewContact> {
    (0..count).map(|i| NewContact { phone: format!("4917000{i:05}"), ..NewContact::default() }).collect()
}

fn imported(found: &[(i64, i64)], popular: &[(i64, i32)], retry: &[i64]) -> Vec<u8> {
    types::contacts::ImportedContacts {
        imported: found
            .iter()
            .map(|&(user_id, client_id)| types::ImportedContact { user_id, client_id })
            .collect(),
        popular_invites: popular
            .iter()
            .map(|&(client_id, importers)| types::PopularContact { client_id, importers })
            .collect(),
        retry_contacts: retry.to_vec(),
        users: Vec::new(),
    }
    .to_bytes()
}

#[test]
fn who_is_put_off_goes_again_until_taken() {
    let server = Script::of([
        imported(&[(70, 0)], &[(2, 9)], &[1, 3, -5, 999]),
        imported(&[], &[], &[1, 3]),
        imported(&[(71, 3)], &[], &[]),
    ]);
    let pauses = RefCell::new(Vec::new());
    let done =
        now(import::import(&server, &people(4), async |pause: Duration| pauses.borrow_mut().push(pause)));
    assert!(done.is_complete() && done.stopped_by.is_none());
    let expected = [
        Outcome::Contact { user_id: 70 },
        Outcome::Saved { importers: None },
        Outcome::Saved { importers: Some(9) },
        Outcome::Contact { user_id: 71 },
    ];
    assert_eq!(done.outcomes, expected);
    assert_eq!(*pauses.borrow(), [Duration::from_secs(2), Duration::from_secs(4)]);
    let sent = server
        .asked()
        .iter()
        .map(|request| {
            let query = functions::contacts::ImportContactsRef::from_bytes(request).unwrap();
            query.contacts.iter().map(|contact| contact.client_id).collect::<Vec<_>>()
        })
        .collect::<Vec<_>>();
    assert_eq!(sent, [vec![0, 1, 2, 3], vec![1, 3], vec![1, 3]]);
}

#[test]
fn an_import_goes_in_batches_and_gives_up_on_a_server_that_never_takes() {
    let count = BATCH + 1;
    let answers = std::iter::once(imported(&[], &[], &[])).chain(
        std::iter::repeat_with(|| imported(&[], &[], &[i64::try_from(BATCH).unwrap()]))
            .take(1 + usize::try_from(MAX_ROUNDS_WITHOUT_SUCCESS).unwrap()),
    );
    let done = now(import::import(&Script::of(answers), &people(count), async |_| ()));
    assert_eq!(
        (done.outcomes[0], done.outcomes[BATCH]),
        (Outcome::Saved { importers: None }, Outcome::PutOff)
    );
    assert!(!done.is_complete() && done.stopped_by.is_none());
}

#[test]
fn an_error_does_not_take_away_what_was_done() {
    let answers = vec![
        Err(RpcError { code: 420, message: "FLOOD_WAIT_900".into() }),
        Ok(imported(&[(7, 0)], &[], &[])),
    ];
    let server = Script { answers: Mutex::new(answers), ..Script::default() };
    let done = now(import::import(&server, &people(BATCH + 2), async |_| ()));
    assert!(matches!(&done.stopped_by, Some(InvokeError::Rpc(error)) if error.name() == "FLOOD_WAIT"));
    assert_eq!(done.outcomes[0], Outcome::Contact { user_id: 7 });
    assert_eq!(done.outcomes[BATCH..], [Outcome::NotSent, Outcome::NotSent]);
    assert!(!done.is_complete());
}

#[test]
fn ids_come_in_two_widths_and_zero_is_nobody() {
    let narrow = Script::of([vec![7_i32, 0, 2_147_483_647].to_bytes()]);
    assert_eq!(now(find::contact_ids(&narrow)).unwrap(), [Some(7), None, Some(2_147_483_647)]);
    let wide = Script::of([vec![7_i64, 0, 8_400_000_000].to_bytes()]);
    assert_eq!(now(find::contact_ids(&wide)).unwrap(), [Some(7), None, Some(8_400_000_000)]);
    let mut broken = vec![7_i64, 0].to_bytes();
    broken.pop();
    assert!(matches!(now(find::contact_ids(&Script::of([broken]))), Err(InvokeError::Decode(_))));
}

#[test]
fn nobody_is_an_answer_and_other_refusals_are_errors() {
    let gone = Script::refusing("PHONE_NOT_OCCUPIED");
    assert!(matches!(now(find::resolve_phone(&gone, "1")), Ok(find::Resolved::NotFoundOrHidden)));
    assert!(now(find::resolve_phone(&Script::refusing("PHONE_NUMBER_INVALID"), "1")).is_err());
    assert!(now(find::resolve_username(&Script::refusing("USERNAME_NOT_OCCUPIED"), "x")).unwrap().is_none());
    let invalid = Script::refusing("USERNAME_INVALID");
    assert!(now(find::resolve_username(&invalid, "@name")).is_err());
    let query = invalid.asked();
    let query = functions::contacts::ResolveUsernameRef::from_bytes(&query[0]).unwrap();
    assert_eq!(query.username, "name");
}

#[test]
fn pages_are_asked_for_until_the_count_is_reached() {
    let blocked = |ids: &[i64]| {
        let peer = |user_id: &i64| types::PeerBlocked {
            peer_id: enums::Peer::User(types::PeerUser { user_id: *user_id }),
            date: 1,
        };
        let blocked = ids.iter().map(peer).collect();
        let slice = types::contacts::BlockedSlice { count: 3, blocked, chats: Vec::new(), users: Vec::new() };
        enums::contacts::Blocked::Slice(slice).to_bytes()
    };
    let server = Script::of([blocked(&[1, 2]), blocked(&[3])]);
    assert_eq!(now(block::blocked(&server)).unwrap().len(), 2);
    let second = server.asked();
    assert_eq!(functions::contacts::GetBlockedRef::from_bytes(&second[1]).unwrap().offset, 2);
    // a server that counts more than it sends does not keep us for ever
    let server = Script::of([blocked(&[1]), blocked(&[])]);
    assert_eq!(now(block::blocked(&server)).unwrap().len(), 2);

    let off = enums::contacts::TopPeers::Disabled(types::contacts::TopPeersDisabled {}).to_bytes();
    assert_eq!(now(near::top_peers(&Script::of([off]))).unwrap().len(), 1);
}

#[test]
fn a_request_names_people_with_their_access_hash_and_debug_output_does_not() {
    let who = Who { id: 5, access_hash: 77_777 };
    assert_eq!(format!("{who:?}"), "Who { id: 5, access_hash: <redacted> }");
    let server = Script::of([true.to_bytes()]);
    now(change::update_note(&server, who, "choir")).unwrap();
    let asked = server.asked();
    let query = functions::contacts::UpdateContactNoteRef::from_bytes(&asked[0]).unwrap();
    assert!(
        matches!(query.id, enums::InputUserRef::InputUser(user) if user.user_id == 5 && user.access_hash == 77_777)
    );
    assert_eq!(query.note.text, "choir");
}

#[test]
fn deleting_goes_in_batches_of_a_hundred() {
    let server = Script::of([true.to_bytes(), true.to_bytes()]);
    let phones = (0..101).map(|i| i.to_string()).collect::<Vec<_>>();
    now(change::delete_by_phones(&server, &phones)).unwrap();
    let asked = server.asked();
    let last = functions::contacts::DeleteByPhonesRef::from_bytes(&asked[1]).unwrap();
    assert_eq!(
        last.phones.iter().map(|phone| phone.to_str().unwrap().to_owned()).collect::<Vec<_>>(),
        ["100"]
    );
}
