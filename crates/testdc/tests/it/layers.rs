//! Clients of older layers, read by the declarations that those layers have published.

use std::collections::BTreeMap;

use serde_json::Value;
use testdc::{CodeType, Config};
use tl_api::enums::{InputPeer, InputUser};
use tl_api::functions::{contacts, messages, users};
use tl_api::types::{self, InputPeerUser, TextWithEntities};
use tl_codec::Encode;
use tl_dynamic::Dynamic;
use tl_schema::Schema;

use crate::client::{Client, refusal};
use crate::harness::TestServer;

/// Layers, with their declarations of everything that holds a user.
const LAYERS: [(i32, &str); 12] = [
    (158, include_str!("layers/158.tl")),
    (174, include_str!("layers/174.tl")),
    (181, include_str!("layers/181.tl")),
    (189, include_str!("layers/189.tl")),
    (198, include_str!("layers/198.tl")),
    (204, include_str!("layers/204.tl")),
    (216, include_str!("layers/216.tl")),
    (222, include_str!("layers/222.tl")),
    // the schema of @mtcute/tl 223.0.0 (npm) has the same declarations as that of 222
    (223, include_str!("layers/222.tl")),
    (224, include_str!("layers/224.tl")),
    (227, include_str!("layers/227.tl")),
    (229, include_str!("layers/229.tl")),
];

fn declarations(layer: i32) -> &'static str {
    LAYERS.iter().find(|(known, _)| *known == layer).unwrap().1
}

/// An answer as a client of that layer reads it.
fn read(layer: i32, answer: &[u8]) -> Value {
    let schema = Schema::parse(declarations(layer)).unwrap();
    Dynamic::new(&schema).unwrap().read(answer).unwrap_or_else(|error| panic!("{layer}: {error}")).to_json()
}

fn start() -> TestServer {
    TestServer::start(Config { contacts: 60, saved_only: 10, ..Config::default() })
}

fn logged_in(server: &TestServer, layer: i32) -> Client {
    let mut client = server.keyed();
    client.introduce_in(layer);
    client.log_in(&server.truth().account.phone, &server.code()).unwrap();
    client
}

#[test]
fn every_user_is_written_in_the_layer_of_the_client() {
    let server = start();
    let mut stories = Vec::new();
    for (layer, _) in LAYERS {
        let mut client = logged_in(&server, layer);
        let json = read(layer, &client.expect(&contacts::GetContacts { hash: 0 }));
        let users = json["users"].as_array().unwrap();
        assert_eq!(users.len(), server.truth().users.len());
        for (user, truth) in users.iter().zip(&server.truth().users) {
            assert_eq!(user["_"], "user", "layer {layer}");
            assert_eq!(user["id"], truth.id.to_string());
            assert_eq!(user.get("first_name").and_then(Value::as_str), truth.first_name.as_deref());
            assert_eq!(user.get("phone").and_then(Value::as_str), truth.phone.as_deref());
            assert_eq!(user.get("premium").is_some(), truth.premium);
            assert_eq!(user.get("lang_code").and_then(Value::as_str), truth.lang_code.as_deref());
            let usernames = user.get("usernames").and_then(Value::as_array).map_or(0, Vec::len);
            assert_eq!(usernames, truth.usernames.len());
        }
        if layer == 158 {
            assert!(
                users.iter().all(|user| user.get("stories_max_id").is_none() && user.get("color").is_none())
            );
            continue;
        }
        let story = |user: &Value| match user.get("stories_max_id")? {
            Value::Number(id) => id.as_i64(),
            story => story["max_id"].as_i64(),
        };
        stories.push(users.iter().map(story).collect::<Vec<_>>());
    }
    assert!(stories[0].iter().any(Option::is_some), "some users have stories");
    assert!(stories.iter().all(|of_layer| *of_layer == stories[0]), "the same ones in every layer");
}

/// What a call of an older layer is answered with.
fn call(client: &mut Client, body: &[u8]) -> Vec<u8> {
    let answer = client.call_raw(body).unwrap();
    assert_eq!(refusal(&answer), None);
    answer
}

#[test]
fn a_layer_that_is_not_known_yet_is_answered_as_the_newest_one() {
    let server = start();
    let newest = logged_in(&server, 230).expect(&contacts::GetContacts { hash: 0 });
    for layer in [231, 999] {
        assert_eq!(logged_in(&server, layer).expect(&contacts::GetContacts { hash: 0 }), newest);
    }
}

#[test]
fn what_is_muted_is_told_in_the_words_of_layer_158() {
    let server = start();
    // account.getNotifySettings#12b3ad31 peer:inputNotifyUsers#193b4417
    let query = [0x12b3_ad31_u32, 0x193b_4417].map(u32::to_le_bytes).concat();
    for (layer, id) in [(158, 0xa83b_0426_u32), (174, 0x9962_2c0c), (230, 0x9962_2c0c)] {
        let answer = call(&mut logged_in(&server, layer), &query);
        assert_eq!(answer, [id, 0].map(u32::to_le_bytes).concat(), "{layer}");
    }
}

#[test]
fn calls_of_older_layers_are_understood() {
    let server = start();
    let mut client = logged_in(&server, 216);
    let username = server.truth().users.iter().find_map(|user| user.username.clone()).unwrap();
    let mut search = 0x11f8_12d8_u32.to_bytes();
    username.encode(&mut search);
    5_i32.encode(&mut search);
    let found = read(216, &call(&mut client, &search));
    assert_eq!(found["users"][0]["username"], username.as_str());

    // contacts.importContacts#2c800be5 with inputPhoneContact#f392b7f4
    let mut import =
        [0x2c80_0be5_u32, 0x1cb5_c415, 1, 0xf392_b7f4].into_iter().flat_map(u32::to_le_bytes).collect();
    7_i64.encode(&mut import);
    for text in ["15550009999", "Old", "Layer"] {
        text.encode(&mut import);
    }
    call(&mut client, &import);
    let takeout = client.open_takeout().unwrap();
    let saved = client.in_takeout(takeout, contacts::GetSaved).unwrap();
    assert!(saved.windows(11).any(|bytes| bytes == b"15550009999"));
}

#[test]
fn a_contact_is_added_as_layer_198_adds_them() {
    let server = start();
    let mut client = logged_in(&server, 198);
    let own = server.truth().account.user_id;
    let truth = server.truth().users.iter().find(|user| user.id != own && !user.deleted).unwrap();
    let mut add = [0xe8f4_63d0_u32, 0].into_iter().flat_map(u32::to_le_bytes).collect();
    types::InputUser { user_id: truth.id, access_hash: truth.access_hash }.encode(&mut add);
    for text in ["Old", "Layer", ""] {
        text.encode(&mut add);
    }
    call(&mut client, &add);
    let contacts = client.expect(&contacts::GetContacts { hash: 0 });
    let users = read(198, &contacts)["users"].clone();
    let id = truth.id.to_string();
    let named = users.as_array().unwrap().iter().find(|user| user["id"] == id.as_str()).unwrap();
    assert_eq!((&named["first_name"], &named["last_name"]), (&"Old".into(), &"Layer".into()));
}

#[test]
fn a_profile_is_written_in_the_layer_of_the_client() {
    let server = start();
    let own = server.truth().account.user_id;
    let truth = server.truth().users.iter().find(|user| user.id != own && !user.deleted).unwrap();
    let note = TextWithEntities { text: "met in Rome".to_owned(), entities: Vec::new() };
    let id = InputUser::InputUser(types::InputUser { user_id: truth.id, access_hash: truth.access_hash });
    server.logged_in().expect(&contacts::UpdateContactNote { id: id.clone(), note });
    for layer in [158, 174, 181, 189, 198, 204, 216, 222] {
        let mut client = logged_in(&server, layer);
        let profile = read(layer, &client.expect(&users::GetFullUser { id: id.clone() }));
        assert_eq!(profile["full_user"]["id"], truth.id.to_string(), "{layer}");
        assert_eq!(profile["users"][0]["id"], truth.id.to_string(), "{layer}");
        let note = profile["full_user"]["note"]["text"].as_str();
        assert_eq!(note, (layer >= 216).then_some("met in Rome"), "{layer}");
        let peer = InputPeerUser { user_id: truth.id, access_hash: truth.access_hash };
        let query = messages::GetPeerSettings { peer: InputPeer::User(peer) };
        let settings = read(layer, &client.expect(&query));
        assert_eq!(settings["settings"]["_"], "peerSettings", "{layer}");
    }
}

#[test]
fn presence_of_layer_158_has_no_flags() {
    let server = start();
    let mut client = logged_in(&server, 158);
    let answer = client.expect(&contacts::GetStatuses);
    let schema = Schema::parse(declarations(158)).unwrap();
    let dynamic = Dynamic::new(&schema).unwrap();
    let kinds = BTreeMap::from([
        ("online", "userStatusOnline"),
        ("offline", "userStatusOffline"),
        ("recently", "userStatusRecently"),
        ("last_week", "userStatusLastWeek"),
        ("last_month", "userStatusLastMonth"),
        ("empty", "userStatusEmpty"),
    ]);
    // vector#1cb5c415, count, and then contactStatus#16d9703b user_id:long status:UserStatus
    let mut rest = &answer[8..];
    for truth in &server.truth().statuses {
        let (start, left) = rest.split_at(12);
        assert_eq!(start[..4], 0x16d9_703b_u32.to_le_bytes());
        assert_eq!(start[4..], truth.user_id.to_le_bytes());
        let len = if matches!(truth.status, "online" | "offline") { 8 } else { 4 };
        let (status, left) = left.split_at(len);
        assert_eq!(dynamic.read(status).unwrap().to_json()["_"], kinds[truth.status]);
        rest = left;
    }
    assert!(rest.is_empty());
}

/// What writes a field.
type Write<'a> = &'a dyn Fn(&mut Vec<u8>);

/// A call by its constructor, with what stands behind it.
fn old(id: u32, fields: &[Write<'_>]) -> Vec<u8> {
    let mut body = id.to_le_bytes().to_vec();
    for write in fields {
        write(&mut body);
    }
    body
}

#[test]
fn calls_of_layer_158_have_no_flags() {
    let server = start();
    let mut client = logged_in(&server, 158);
    let own = server.truth().account.user_id;
    let known = |user: &&testdc::truth::UserTruth| user.id != own && !user.deleted && user.username.is_some();
    let truth = server.truth().users.iter().find(known).unwrap();
    let (user_id, access_hash) = (truth.id, truth.access_hash);
    let peer = |out: &mut Vec<u8>| InputPeer::User(InputPeerUser { user_id, access_hash }).encode(out);
    let mut blocked = || {
        let query = old(0xf57c_350f, &[&|out| 0_i32.encode(out), &|out| 9_i32.encode(out)]);
        let answer = call(&mut client, &query);
        // contacts.blocked#ade1591 blocked:Vector<PeerBlocked> …
        i32::from_le_bytes(answer[8..12].try_into().unwrap())
    };
    assert_eq!(blocked(), 0);
    let mut other = logged_in(&server, 158);
    call(&mut other, &old(0x68cc_1411, &[&peer]));
    assert_eq!(blocked(), 1);
    call(&mut other, &old(0xbea6_5d50, &[&peer]));
    assert_eq!(blocked(), 0);
    let name = truth.username.clone().unwrap();
    let resolved = call(&mut other, &old(0xf93c_cba3, &[&|out| name.encode(out)]));
    assert!(resolved.windows(8).any(|bytes| bytes == user_id.to_le_bytes()));
    let state: Write<'_> = &|out| [0_i32, 1, 1_700_000_000, 0].iter().for_each(|word| word.encode(out));
    call(&mut other, &old(0x2593_9651, &[state]));
}

#[test]
fn another_code_is_asked_for_without_a_reason() {
    let code_types = vec![CodeType::App, CodeType::FirebaseSms];
    let server = TestServer::start(Config { code_types, ..Config::default() });
    let phone = server.truth().account.phone.clone();
    for layer in [158, 174, 181, 189] {
        let mut client = server.keyed();
        client.introduce_in(layer);
        let hash = client.send_code(&phone).unwrap();
        let resend = old(0x3ef1_a9bf, &[&|out| phone.encode(out), &|out| hash.encode(out)]);
        let sent = read(layer, &call(&mut client, &resend));
        assert_eq!(sent["type"]["_"], "auth.sentCodeTypeFirebaseSms", "{layer}");
    }
}

#[test]
fn people_are_found_by_the_name_of_a_peer() {
    let server = start();
    let mut client = server.logged_in();
    let own = server.truth().account.user_id;
    let truth = server.truth().users.iter().find(|user| user.id != own && !user.deleted).unwrap();
    let peer = |out: &mut Vec<u8>| {
        InputPeer::User(InputPeerUser { user_id: truth.id, access_hash: truth.access_hash }).encode(out);
    };
    let names = |id: i64, answer: &[u8]| answer.windows(8).any(|bytes| bytes == id.to_le_bytes());
    // users.getUsers#0d91a548 id:Vector<InputUser>: the account itself, and somebody
    let vector =
        |out: &mut Vec<u8>| [0x1cb5_c415_u32, 2, 0x7da0_7ec9].iter().for_each(|word| word.encode(out));
    let found = call(&mut client, &old(0x0d91_a548, &[&vector, &peer]));
    assert!(names(own, &found) && names(truth.id, &found));
    let full = call(&mut client, &old(0xb60f_5918, &[&peer]));
    assert!(names(truth.id, &full));
    // contacts.addContact#d9ba2e54 flags:# … id:InputUser first_name:string last_name:string phone:string
    let texts = |out: &mut Vec<u8>| ["By", "Peer", ""].iter().for_each(|text| text.encode(out));
    call(&mut client, &old(0xd9ba_2e54, &[&|out| 0_u32.encode(out), &peer, &texts]));
    assert!(
        call(&mut client, &contacts::GetContacts { hash: 0 }.to_bytes())
            .windows(4)
            .any(|bytes| bytes == b"Peer")
    );
    // contacts.deleteContacts#096a0e00 id:Vector<InputUser>
    let vector = |out: &mut Vec<u8>| [0x1cb5_c415_u32, 1].iter().for_each(|word| word.encode(out));
    call(&mut client, &old(0x096a_0e00, &[&vector, &peer]));
    assert!(
        !call(&mut client, &contacts::GetContacts { hash: 0 }.to_bytes())
            .windows(4)
            .any(|bytes| bytes == b"Peer")
    );
}
