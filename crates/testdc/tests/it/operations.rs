//! What changes an address book, and what asks about people.

use tl_api::enums::contacts::{BlockedRef, ContactsRef, TopPeersRef};
use tl_api::enums::{self, InputPeer, InputUser, PeerRef, UserRef};
use tl_api::functions::{contacts, messages, users};
use tl_api::types;
use tl_codec::{Encode, Function};

use crate::client::{Client, ReadWhole, Refused};
use crate::harness::TestServer;

/// Somebody of the truth.
#[derive(Clone, Debug)]
struct Someone {
    id: i64,
    access_hash: i64,
    phone: Option<String>,
}

impl Someone {
    fn input(&self) -> InputUser {
        InputUser::InputUser(types::InputUser { user_id: self.id, access_hash: self.access_hash })
    }

    fn peer(&self) -> InputPeer {
        InputPeer::User(types::InputPeerUser { user_id: self.id, access_hash: self.access_hash })
    }
}

fn people(server: &TestServer) -> Vec<Someone> {
    let own = server.truth().account.user_id;
    let users = server.truth().users.iter().filter(|user| user.id != own && !user.deleted);
    users
        .map(|user| Someone { id: user.id, access_hash: user.access_hash, phone: user.phone.clone() })
        .collect()
}

fn with_phone(server: &TestServer) -> Someone {
    people(server).into_iter().find(|person| person.phone.is_some()).unwrap()
}

fn refused<F: Function>(client: &mut Client, function: &F) -> String {
    let Refused { code, text } = client.call(function).unwrap_err();
    format!("{code} {text}")
}

/// The ids of the contacts and the saved numbers.
fn state(client: &mut Client) -> (Vec<i64>, Vec<String>) {
    let answer = client.expect(&contacts::GetContacts { hash: 0 });
    let ContactsRef::Contacts(all) = enums::contacts::Contacts::read_whole(&answer) else {
        panic!("{answer:?}")
    };
    assert_eq!(all.contacts.len(), all.users.len());
    let ids = all.contacts.iter().map(|contact| contact.user_id).collect();
    let takeout = client.open_takeout().unwrap();
    let saved = client.in_takeout(takeout, contacts::GetSaved).unwrap();
    let saved = <Vec<types::SavedPhoneContact>>::read_whole(&saved);
    assert_eq!(usize::try_from(all.saved_count).unwrap(), saved.len());
    (ids, saved.iter().map(|record| record.phone.to_str().unwrap().to_owned()).collect())
}

fn import(client: &mut Client, contacts: Vec<types::InputPhoneContact>) -> Vec<u8> {
    client.expect(&contacts::ImportContacts { contacts })
}

fn entry(client_id: i64, phone: &str, first: &str) -> types::InputPhoneContact {
    let (phone, first_name) = (phone.to_owned(), first.to_owned());
    types::InputPhoneContact { client_id, phone, first_name, ..types::InputPhoneContact::default() }
}

#[test]
fn who_was_deleted_comes_back_by_number_and_strangers_are_saved() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let someone = with_phone(&server);
    let phone = someone.phone.clone().unwrap();
    client.expect(&contacts::DeleteContacts { id: vec![someone.input()] });
    let (ids, saved) = state(&mut client);
    assert!(!ids.contains(&someone.id) && !saved.contains(&phone));

    let new = [entry(7, &format!("+{phone}"), "Ann"), entry(8, "12125550107", "Nobody")];
    let answer = import(&mut client, new.to_vec());
    let imported = types::contacts::ImportedContacts::read_whole(&answer);
    let found = imported.imported.iter().map(|found| (found.user_id, found.client_id)).collect::<Vec<_>>();
    assert_eq!(found, [(someone.id, 7)]);
    let popular = imported.popular_invites.iter().map(|invite| (invite.client_id, invite.importers));
    assert_eq!(popular.collect::<Vec<_>>(), [(8, 3)]);
    let UserRef::User(user) = imported.users.iter().next().unwrap() else { panic!("{imported:?}") };
    assert!(user.contact() && user.first_name.unwrap().to_str().unwrap() == "Ann");
    let (ids, saved) = state(&mut client);
    assert!(ids.contains(&someone.id) && saved.contains(&phone) && saved.contains(&"12125550107".to_owned()));
}

#[test]
fn what_is_too_much_for_one_import_is_to_be_sent_again() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let many = (0..503).map(|i| entry(i, &format!("1212555{i:04}"), "A")).collect();
    let answer = import(&mut client, many);
    let imported = types::contacts::ImportedContacts::read_whole(&answer);
    assert_eq!(imported.retry_contacts.iter().collect::<Vec<_>>(), [500, 501, 502]);
    assert!(!state(&mut client).1.contains(&"12125550502".to_owned()));
}

#[test]
fn a_contact_can_be_added_without_a_number() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let someone = with_phone(&server);
    client.expect(&contacts::DeleteContacts { id: vec![someone.input()] });
    let add = contacts::AddContact { id: someone.input(), first_name: "Ann".into(), ..Default::default() };
    assert_eq!(
        refused(&mut client, &contacts::AddContact { first_name: String::new(), ..add.clone() }),
        "400 CONTACT_NAME_EMPTY"
    );
    let wrong = types::InputUser { user_id: someone.id, access_hash: 1 };
    let wrong = contacts::AddContact { id: InputUser::InputUser(wrong), ..add.clone() };
    assert_eq!(refused(&mut client, &wrong), "400 CONTACT_ID_INVALID");

    let settings = |client: &mut Client| {
        let answer = client.expect(&messages::GetPeerSettings { peer: someone.peer() });
        types::messages::PeerSettings::read_whole(&answer).settings.add_contact()
    };
    assert!(settings(&mut client));
    client.expect(&add);
    assert!(!settings(&mut client));
    let (ids, saved) = state(&mut client);
    assert!(ids.contains(&someone.id) && !saved.contains(someone.phone.as_ref().unwrap()));
    assert_eq!(
        refused(&mut client, &contacts::AcceptContact { id: someone.input() }),
        "400 CONTACT_REQ_MISSING"
    );
    client.expect(&contacts::DeleteContacts { id: vec![someone.input()] });
    client.expect(&contacts::AcceptContact { id: someone.input() });
    assert!(state(&mut client).0.contains(&someone.id));
}

#[test]
fn whoever_was_let_see_our_number_needs_no_exception_again() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let someone = people(&server).into_iter().find(|person| person.phone.is_none()).unwrap();
    let needs_exception = |client: &mut Client| {
        let answer = client.expect(&messages::GetPeerSettings { peer: someone.peer() });
        types::messages::PeerSettings::read_whole(&answer).settings.need_contacts_exception()
    };
    let delete = contacts::DeleteContacts { id: vec![someone.input()] };
    let add = contacts::AddContact { id: someone.input(), first_name: "Ann".into(), ..Default::default() };
    let share = contacts::AddContact { add_phone_privacy_exception: true, ..add.clone() };
    for (add, needs_then) in [(add, true), (share, false)] {
        client.expect(&delete);
        assert!(needs_exception(&mut client));
        client.expect(&add);
        assert!(!needs_exception(&mut client), "a contact");
        client.expect(&delete);
        assert_eq!(needs_exception(&mut client), needs_then);
    }
}

#[test]
fn numbers_are_deleted_with_their_contacts_and_reset_takes_those_without_an_account() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let someone = with_phone(&server);
    let phone = someone.phone.unwrap();
    let before = state(&mut client);
    assert_eq!(client.expect(&contacts::DeleteByPhones { phones: vec![phone.clone()] }), true.to_bytes());
    let after = state(&mut client);
    assert_eq!(after.0.len(), before.0.len() - 1);
    assert!(before.1.contains(&phone) && !after.1.contains(&phone));
    client.expect(&contacts::ResetSaved);
    let reset = state(&mut client);
    assert_eq!(reset.0, after.0);
    assert!(!reset.1.is_empty() && reset.1.len() < after.1.len() && !reset.1.contains(&"112".to_owned()));
}

#[test]
fn notes_and_birthdays_stand_in_the_profile() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let all = people(&server);
    let someone = all.iter().find(|person| person.id % 6 == 0).unwrap();
    let text = types::TextWithEntities { text: "from the choir".into(), ..Default::default() };
    let note = contacts::UpdateContactNote { id: someone.input(), note: text };
    assert_eq!(client.expect(&note), true.to_bytes());
    let profile = client.expect(&users::GetFullUser { id: someone.input() });
    let profile = types::users::UserFull::read_whole(&profile).full_user;
    assert_eq!(profile.note.unwrap().text.to_str().unwrap(), "from the choir");
    assert!(profile.birthday.unwrap().year.is_some());
    client.expect(&contacts::DeleteContacts { id: vec![someone.input()] });
    assert_eq!(refused(&mut client, &note), "400 CONTACT_MISSING");
}

#[test]
fn people_are_found_by_number_username_and_name() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let user =
        server.truth().users.iter().find(|user| user.username.is_some() && user.phone.is_some()).unwrap();
    let by_phone = client.expect(&contacts::ResolvePhone { phone: user.phone.clone().unwrap() });
    let username = user.username.clone().unwrap();
    let by_name =
        client.expect(&contacts::ResolveUsername { username: username.to_uppercase(), referer: None });
    for answer in [by_phone, by_name] {
        let resolved = types::contacts::ResolvedPeer::read_whole(&answer);
        assert!(matches!(resolved.peer, PeerRef::User(peer) if peer.user_id == user.id));
    }
    assert_eq!(
        refused(&mut client, &contacts::ResolvePhone { phone: "112".into() }),
        "400 PHONE_NOT_OCCUPIED"
    );
    for (username, refusal) in [("a-b", "USERNAME_INVALID"), ("nobody_at_all", "USERNAME_NOT_OCCUPIED")] {
        let query = contacts::ResolveUsername { username: username.into(), referer: None };
        assert_eq!(refused(&mut client, &query), format!("400 {refusal}"));
    }
    let search = |q: &str| contacts::Search { q: q.into(), limit: 50, ..Default::default() };
    let found = client.expect(&search(&username));
    let mine = types::contacts::Found::read_whole(&found).my_results;
    assert!(mine.iter().any(|peer| matches!(peer, PeerRef::User(peer) if peer.user_id == user.id)));
    assert_eq!(refused(&mut client, &search("  ")), "400 SEARCH_QUERY_EMPTY");
    assert_eq!(refused(&mut client, &search("ab")), "400 QUERY_TOO_SHORT");
    client.expect(&search("abc"));
}

#[test]
fn a_contact_link_leads_to_its_owner() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let answer = client.expect(&contacts::ExportContactToken);
    let exported = types::ExportedContactToken::read_whole(&answer);
    let token = exported.url.to_str().unwrap().strip_prefix("https://t.me/contact/").unwrap().to_owned();
    let owner = client.expect(&contacts::ImportContactToken { token: token.clone() });
    let UserRef::User(owner) = enums::User::read_whole(&owner) else { panic!("{owner:?}") };
    assert!(owner.self_() && owner.id == server.truth().account.user_id);
    let wrong = contacts::ImportContactToken { token: "wrong".into() };
    assert_eq!(refused(&mut client, &wrong), "400 IMPORT_TOKEN_INVALID");
    // almost a day later, by both clocks
    server.add_fault("clock-skew=86390");
    client.skew_secs += 86_390;
    client.expect(&contacts::ImportContactToken { token: token.clone() });
    server.add_fault("clock-skew=10");
    client.skew_secs += 10;
    assert_eq!(refused(&mut client, &contacts::ImportContactToken { token }), "400 IMPORT_TOKEN_INVALID");
}

#[test]
fn the_blocked_come_in_slices() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let all = people(&server);
    for someone in &all[..3] {
        let block = contacts::Block { id: someone.peer(), ..Default::default() };
        assert_eq!(client.expect(&block), true.to_bytes());
    }
    let page = |limit, offset| contacts::GetBlocked { offset, limit, ..Default::default() };
    let slice = client.expect(&page(2, 1));
    let BlockedRef::Slice(slice) = enums::contacts::Blocked::read_whole(&slice) else { panic!("{slice:?}") };
    assert_eq!((slice.count, slice.blocked.len(), slice.users.len()), (3, 2, 2));
    client.expect(&contacts::Unblock { id: all[0].peer(), ..Default::default() });
    let whole = client.expect(&page(10, 0));
    let BlockedRef::Blocked(whole) = enums::contacts::Blocked::read_whole(&whole) else {
        panic!("{whole:?}")
    };
    assert_eq!(whole.blocked.len(), 2);
    let nobody = InputPeer::User(types::InputPeerUser { user_id: 1, access_hash: 1 });
    let nobody = contacts::Block { id: nobody, ..Default::default() };
    assert_eq!(refused(&mut client, &nobody), "400 PEER_ID_INVALID");
}

/// However many somebody wants.
#[test]
fn no_list_of_people_is_longer_than_a_hundred() {
    let config = testdc::Config { contacts: 600, saved_only: 0, ..testdc::Config::default() };
    let server = TestServer::start(config);
    let mut client = server.logged_in();
    for someone in people(&server).iter().take(120) {
        let (id, first_name) = (someone.input(), "Samename".to_owned());
        client.expect(&contacts::AddContact { id, first_name, ..Default::default() });
        client.expect(&contacts::Block { id: someone.peer(), ..Default::default() });
    }
    let answer =
        client.expect(&contacts::Search { q: "samename".into(), limit: 1_000, ..Default::default() });
    assert_eq!(types::contacts::Found::read_whole(&answer).my_results.len(), 100);
    let answer = client.expect(&contacts::GetBlocked { limit: 1_000, ..Default::default() });
    let BlockedRef::Slice(slice) = enums::contacts::Blocked::read_whole(&answer) else {
        panic!("{answer:?}")
    };
    assert_eq!((slice.count, slice.blocked.len()), (120, 100));
    let query = contacts::GetTopPeers { correspondents: true, limit: 1_000, ..Default::default() };
    let answer = client.expect(&query);
    let TopPeersRef::TopPeers(top) = enums::contacts::TopPeers::read_whole(&answer) else {
        panic!("{answer:?}")
    };
    assert_eq!(top.users.len(), 100);
}

#[test]
fn names_and_notes_are_cut_to_what_telegram_keeps() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let someone = people(&server).remove(0);
    let long = "ä".repeat(300);
    client.expect(&contacts::AddContact {
        id: someone.input(),
        first_name: long.clone(),
        last_name: "b".to_owned(),
        note: Some(types::TextWithEntities { text: long, entities: Vec::new() }),
        ..Default::default()
    });
    let full = client.expect(&users::GetFullUser { id: someone.input() });
    let full = types::users::UserFull::read_whole(&full);
    let Some(UserRef::User(user)) = full.users.iter().next() else { panic!("{full:?}") };
    let chars = |text: tl_codec::Str<'_>| text.to_str().unwrap().chars().count();
    assert_eq!((chars(user.first_name.unwrap()), user.last_name.unwrap().to_str()), (64, Ok("b")));
    assert_eq!(chars(full.full_user.note.unwrap().text), 128);
}

/// Who is blocked, or does not see the stories, as the account's own list has it.
fn blocked(client: &mut Client, my_stories_from: bool) -> Vec<i64> {
    let all = client.expect(&contacts::GetBlocked { my_stories_from, offset: 0, limit: 100 });
    let BlockedRef::Blocked(all) = enums::contacts::Blocked::read_whole(&all) else { panic!("{all:?}") };
    let ids =
        all.blocked.iter().map(|one| if let PeerRef::User(user) = one.peer_id { user.user_id } else { 0 });
    let mut ids = ids.collect::<Vec<_>>();
    ids.sort_unstable();
    ids
}

#[test]
fn each_list_of_the_blocked_is_replaced_alone() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let mut all = people(&server);
    all.sort_by_key(|someone| someone.id);
    let set = |someones: &[Someone], my_stories_from| contacts::SetBlocked {
        my_stories_from,
        id: someones.iter().map(Someone::peer).collect(),
        limit: 100,
    };
    let ids = |someones: &[Someone]| someones.iter().map(|someone| someone.id).collect::<Vec<_>>();
    client.expect(&contacts::Block { id: all[0].peer(), ..Default::default() });
    assert_eq!(client.expect(&set(&all[1..4], false)), true.to_bytes());
    client.expect(&contacts::Block { my_stories_from: true, id: all[5].peer() });
    client.expect(&set(&all[5..7], true));
    client.expect(&contacts::Unblock { my_stories_from: true, id: all[6].peer() });
    assert_eq!(blocked(&mut client, false), ids(&all[1..4]));
    assert_eq!(blocked(&mut client, true), ids(&all[5..6]));
    for (someone, marks) in [(&all[1], (true, false)), (&all[5], (false, true))] {
        let full = client.expect(&users::GetFullUser { id: someone.input() });
        let full = types::users::UserFull::read_whole(&full).full_user;
        assert_eq!((full.blocked(), full.blocked_my_stories_from()), marks);
    }
    let nobody = Someone { id: 1, access_hash: 1, phone: None };
    assert_eq!(refused(&mut client, &set(&[nobody], false)), "400 PEER_ID_INVALID");
    client.expect(&set(&[], false));
    assert!(blocked(&mut client, false).is_empty());
    let reply = contacts::BlockFromReplies { msg_id: 1, ..Default::default() };
    assert_eq!(refused(&mut client, &reply), "400 MSG_ID_INVALID");
}

#[test]
fn nobody_pays_to_be_found_and_nobody_is_near() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let sponsored = client.expect(&contacts::GetSponsoredPeers { q: "shoes".to_owned() });
    let sponsored = enums::contacts::SponsoredPeers::read_whole(&sponsored);
    assert!(matches!(sponsored, enums::contacts::SponsoredPeersRef::Empty(_)));
    let here = enums::InputGeoPoint::InputGeoPoint(types::InputGeoPoint::default());
    let located =
        |geo_point, self_expires| contacts::GetLocated { background: false, geo_point, self_expires };
    // updateShort, then updatePeerLocated with an empty vector
    let near = client.expect(&located(here.clone(), None));
    assert_eq!(near[..16], [0x78d4_dec1_u32, 0xb4af_cfb0, 0x1cb5_c415, 0].map(u32::to_le_bytes).concat());
    assert_eq!(refused(&mut client, &located(here, Some(60))), "400 USERPIC_UPLOAD_REQUIRED");
    let nowhere = enums::InputGeoPoint::Empty(types::InputGeoPointEmpty);
    assert_eq!(refused(&mut client, &located(nowhere, None)), "406 GEO_POINT_INVALID");
}

#[test]
fn top_peers_can_be_taken_off_the_list_and_switched_off() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let query =
        contacts::GetTopPeers { correspondents: true, bots_inline: true, limit: 100, ..Default::default() };
    let ids = |answer: &[u8]| {
        let TopPeersRef::TopPeers(top) = enums::contacts::TopPeers::read_whole(answer) else {
            panic!("{answer:?}")
        };
        assert_eq!(top.categories.len(), 2);
        top.users
            .iter()
            .map(|user| if let UserRef::User(user) = user { user.id } else { 0 })
            .collect::<Vec<_>>()
    };
    let before = ids(&client.expect(&query));
    let first = people(&server).into_iter().find(|person| Some(&person.id) == before.first()).unwrap();
    let reset = contacts::ResetTopPeerRating {
        category: enums::TopPeerCategory::Correspondents(types::TopPeerCategoryCorrespondents),
        peer: first.peer(),
    };
    assert_eq!(client.expect(&reset), true.to_bytes());
    assert_eq!(ids(&client.expect(&query)), before[1..]);
    client.expect(&contacts::ToggleTopPeers { enabled: false });
    let off = client.expect(&query);
    assert!(matches!(enums::contacts::TopPeers::read_whole(&off), TopPeersRef::Disabled(_)));
    let nothing = contacts::GetTopPeers { correspondents: false, bots_inline: false, ..query };
    assert_eq!(refused(&mut client, &nothing), "400 TYPES_EMPTY");
}

#[test]
fn the_list_of_close_friends_is_replaced() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let chosen = people(&server)[0].id;
    assert_eq!(client.expect(&contacts::EditCloseFriends { id: vec![chosen] }), true.to_bytes());
    let answer = client.expect(&contacts::GetContacts { hash: 0 });
    let ContactsRef::Contacts(all) = enums::contacts::Contacts::read_whole(&answer) else {
        panic!("{answer:?}")
    };
    let close = all.users.iter().filter_map(|user| match user {
        UserRef::User(user) => user.close_friend().then_some(user.id),
        _ => None,
    });
    assert_eq!(close.collect::<Vec<_>>(), [chosen]);
}

#[test]
fn only_birthdays_of_these_days_are_told() {
    let server = TestServer::start(testdc::Config { contacts: 3_000, ..testdc::Config::default() });
    let mut client = server.logged_in();
    let answer = client.expect(&contacts::GetBirthdays);
    let near = types::contacts::ContactBirthdays::read_whole(&answer);
    let days = near.contacts.iter().map(|entry| (entry.birthday.day, entry.birthday.month));
    let days = days.collect::<std::collections::HashSet<_>>();
    assert!(days.len() <= 3 && near.contacts.len() == near.users.len() && near.contacts.len() < 60);
}
