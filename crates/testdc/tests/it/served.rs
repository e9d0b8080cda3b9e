//! What is served is the truth.

use testdc::truth::{SavedTruth, StatusTruth, UserTruth, UsernameTruth};
use testdc::{Config, Truth};
use tl_api::enums::contacts::{Contacts, ContactsRef};
use tl_api::enums::{self, InputUser, UserRef, UserStatusRef};
use tl_api::functions::{contacts, users};
use tl_api::types;
use tl_codec::{Encode, Str, VecRef};

use crate::client::{Client, ReadWhole};
use crate::harness::TestServer;

fn owned(text: Option<Str<'_>>) -> Option<String> {
    text.map(|text| text.to_str().unwrap().to_owned())
}

fn json<T: serde::Serialize>(value: &T) -> serde_json::Value {
    serde_json::to_value(value).unwrap()
}

fn user(user: &types::UserRef<'_>) -> serde_json::Value {
    let usernames = user.usernames().into_iter().flat_map(|names| names.iter().collect::<Vec<_>>());
    serde_json::json!({
        "id": user.id, "access_hash": user.access_hash, "first_name": owned(user.first_name),
        "last_name": owned(user.last_name), "username": owned(user.username),
        "usernames": usernames.map(|name| serde_json::json!({
            "username": name.username.to_str().unwrap(), "editable": name.editable(), "active": name.active(),
        })).collect::<Vec<_>>(),
        "phone": owned(user.phone), "contact": user.contact(), "mutual_contact": user.mutual_contact(),
        "deleted": user.deleted(), "bot": user.bot(), "verified": user.verified(),
        "restricted": user.restricted(), "scam": user.scam(), "fake": user.fake(), "support": user.support(),
        "premium": user.premium(), "close_friend": user.close_friend(), "lang_code": owned(user.lang_code()),
        "photo": user.photo().is_some(),
    })
}

fn status(entry: &types::ContactStatusRef) -> serde_json::Value {
    let (name, at, by_me) = match entry.status {
        UserStatusRef::Empty(_) => ("empty", None, false),
        UserStatusRef::Online(status) => ("online", Some(status.expires), false),
        UserStatusRef::Offline(status) => ("offline", Some(status.was_online), false),
        UserStatusRef::Recently(status) => ("recently", None, status.by_me()),
        UserStatusRef::LastWeek(status) => ("last_week", None, status.by_me()),
        UserStatusRef::LastMonth(status) => ("last_month", None, status.by_me()),
        other => panic!("{other:?}"),
    };
    serde_json::json!({ "user_id": entry.user_id, "status": name, "at": at, "by_me": by_me })
}

fn assert_served(client: &mut Client, truth: &Truth) {
    let takeout = client.open_takeout().unwrap();
    let saved = client.in_takeout(takeout, contacts::GetSaved).unwrap();
    let saved = <Vec<types::SavedPhoneContact>>::read_whole(&saved);
    let served = saved.iter().map(|record| {
        serde_json::json!({
            "phone": record.phone.to_str().unwrap(), "first_name": record.first_name.to_str().unwrap(),
            "last_name": record.last_name.to_str().unwrap(), "date": record.date,
        })
    });
    assert_eq!(served.collect::<Vec<_>>(), truth.saved.iter().map(json::<SavedTruth>).collect::<Vec<_>>());

    let list = client.in_takeout(takeout, contacts::GetContacts { hash: 0 }).unwrap();
    let ContactsRef::Contacts(list) = Contacts::read_whole(&list) else { panic!("not modified") };
    assert_eq!(usize::try_from(list.saved_count).unwrap(), truth.saved_count);
    let entries = list
        .contacts
        .iter()
        .map(|entry| serde_json::json!({ "user_id": entry.user_id, "mutual": entry.mutual }));
    assert_eq!(entries.collect::<Vec<_>>(), truth.contacts.iter().map(json).collect::<Vec<_>>());
    let served = list.users.iter().map(|entry| match entry {
        UserRef::User(entry) => user(&entry),
        other => panic!("{other:?}"),
    });
    assert_eq!(served.collect::<Vec<_>>(), truth.users.iter().map(json::<UserTruth>).collect::<Vec<_>>());

    let statuses = client.in_takeout(takeout, contacts::GetStatuses).unwrap();
    let statuses = <Vec<types::ContactStatus>>::read_whole(&statuses);
    let served = statuses.iter().map(|entry| status(&entry)).collect::<Vec<_>>();
    assert_eq!(served, truth.statuses.iter().map(json::<StatusTruth>).collect::<Vec<_>>());
}

#[test]
fn twenty_books_are_served_as_their_truth_says() {
    for seed in 0..20 {
        let contacts = [0, 1, 40, 75, 300][usize::try_from(seed % 5).unwrap()];
        let server =
            TestServer::start(Config { seed, contacts, saved_only: contacts / 4, ..Config::default() });
        assert_served(&mut server.logged_in(), server.truth());
    }
}

#[test]
fn a_user_is_there_with_every_field_that_a_decoder_must_walk() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let list = client.expect(&contacts::GetContacts { hash: 0 });
    let ContactsRef::Contacts(list) = Contacts::read_whole(&list) else { panic!("not modified") };
    let users =
        list.users.iter().filter_map(|user| if let UserRef::User(user) = user { Some(user) } else { None });
    let users = users.collect::<Vec<_>>();
    assert!(users.iter().any(|user| user.restricted() && user.restriction_reason().is_some()));
    assert!(users.iter().any(|user| user.bot() && user.bot_info_version().is_some()));
    assert!(users.iter().any(|user| user.emoji_status().is_some()));
    assert!(users.iter().any(|user| user.color().is_some()));
    assert!(users.iter().any(|user| user.stories_max_id().is_some()));
    assert!(users.iter().any(|user| user.status.is_some()) && users.iter().any(|user| user.status.is_none()));
}

#[test]
fn the_hash_spares_an_unchanged_list() {
    a_list_has_the_hash_of(&TestServer::plain(), usize::MAX);
    // of longer lists the beginning counts (tdlib)
    let contacts = 100_001;
    a_list_has_the_hash_of(&TestServer::start(Config { contacts, ..Config::default() }), 100_000);
}

fn a_list_has_the_hash_of(server: &TestServer, ids_at_most: usize) {
    let mut client = server.logged_in();
    let truth = server.truth();
    let mut ids = truth.contacts.iter().map(|entry| entry.user_id.cast_unsigned()).collect::<Vec<_>>();
    ids.sort_unstable();
    assert!(ids.contains(&truth.account.user_id.cast_unsigned()), "the own number is a contact too");
    ids.truncate(ids_at_most);
    let hash =
        std::iter::once(u64::try_from(truth.saved_count).unwrap()).chain(ids).fold(0_u64, |mut hash, n| {
            hash ^= hash >> 21;
            hash ^= hash << 35;
            hash ^= hash >> 4;
            hash.wrapping_add(n)
        });
    let hash = hash.cast_signed();
    let modified = |client: &mut Client, hash| {
        let answer = client.expect(&contacts::GetContacts { hash });
        matches!(Contacts::read_whole(&answer), ContactsRef::Contacts(_))
    };
    assert!(!modified(&mut client, hash));
    assert!(modified(&mut client, hash ^ 1) && modified(&mut client, 0));
}

#[test]
fn users_are_found_by_id_and_access_hash() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let known =
        server.truth().users.iter().find(|user| !user.deleted && user.id != server.truth().account.user_id);
    let known = known.unwrap();
    let input = |user_id, access_hash| InputUser::InputUser(types::InputUser { user_id, access_hash });
    let id = vec![
        InputUser::InputUserSelf(types::InputUserSelf),
        input(known.id, known.access_hash),
        input(known.id, known.access_hash ^ 1),
        input(1, 1),
        InputUser::Empty(types::InputUserEmpty),
    ];
    let answer = client.expect(&users::GetUsers { id });
    let found = <Vec<enums::User>>::read_whole(&answer).iter().map(|user| match user {
        UserRef::User(user) => (user.id, user.self_()),
        UserRef::Empty(user) => (-user.id, false),
        other => panic!("{other:?}"),
    });
    let own = server.truth().account.user_id;
    assert_eq!(
        found.collect::<Vec<_>>(),
        [(own, true), (known.id, false), (-known.id, false), (-1, false), (0, false)]
    );
    let too_many = vec![InputUser::InputUserSelf(types::InputUserSelf); 201];
    assert_eq!(client.call(&users::GetUsers { id: too_many }).unwrap_err().text, "LIMIT_INVALID");
}

#[test]
fn contact_ids_are_those_that_fit_into_32_bits() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let answer = client.expect(&contacts::GetContactIDs { hash: 0 });
    let ids = VecRef::<i32>::read(&answer);
    let expected = server.truth().contacts.iter().map(|entry| i32::try_from(entry.user_id).unwrap_or(0));
    assert_eq!(ids, expected.collect::<Vec<_>>());
    assert!(ids.contains(&0));
}

trait ReadInts {
    fn read(bytes: &[u8]) -> Vec<i32>;
}

impl ReadInts for VecRef<'_, i32> {
    fn read(bytes: &[u8]) -> Vec<i32> {
        <Vec<i32>>::read_whole(bytes).iter().collect()
    }
}

#[test]
fn the_configuration_points_at_the_server() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    let answer = client.expect(&tl_api::functions::help::GetConfig);
    let config = types::Config::read_whole(&answer);
    let option = config.dc_options.iter().next().unwrap();
    assert_eq!(option.ip_address.to_str().unwrap(), "127.0.0.1");
    assert_eq!((option.id, option.port), (2, i32::from(server.address().port())));
    assert!(option.this_port_only() && config.this_dc == 2 && !config.test_mode);
    assert_eq!(answer, config.to_bytes());
}

#[test]
fn the_usernames_of_the_truth_are_not_empty() {
    let server = TestServer::plain();
    let listed =
        server.truth().users.iter().flat_map(|user| &user.usernames).collect::<Vec<&UsernameTruth>>();
    assert!(listed.iter().any(|name| name.active && name.editable) && listed.iter().any(|name| !name.active));
}
