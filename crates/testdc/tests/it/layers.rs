//! Clients of older layers, read by the declarations that those layers have published.

use serde_json::Value;
use testdc::Config;
use tl_api::functions::contacts;
use tl_codec::Encode;
use tl_dynamic::Dynamic;
use tl_schema::Schema;

use crate::client::{Client, refusal};
use crate::harness::TestServer;

/// Layers, with their declarations of everything that holds a user.
const LAYERS: [(i32, &str); 6] = [
    (198, include_str!("layers/198.tl")),
    (216, include_str!("layers/216.tl")),
    (222, include_str!("layers/222.tl")),
    (224, include_str!("layers/224.tl")),
    (227, include_str!("layers/227.tl")),
    (229, include_str!("layers/229.tl")),
];

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
    for (layer, declarations) in LAYERS {
        let mut client = logged_in(&server, layer);
        let answer = client.expect(&contacts::GetContacts { hash: 0 });
        let schema = Schema::parse(declarations).unwrap();
        let object =
            Dynamic::new(&schema).unwrap().read(&answer).unwrap_or_else(|error| panic!("{layer}: {error}"));
        let json = object.to_json();
        let users = json["users"].as_array().unwrap();
        assert_eq!(users.len(), server.truth().users.len());
        for (user, truth) in users.iter().zip(&server.truth().users) {
            assert_eq!(user["_"], "user", "layer {layer}");
            assert_eq!(user["id"], truth.id.to_string());
            assert_eq!(user.get("first_name").and_then(Value::as_str), truth.first_name.as_deref());
            assert_eq!(user.get("phone").and_then(Value::as_str), truth.phone.as_deref());
            assert_eq!(user.get("premium").is_some(), truth.premium);
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
fn calls_of_older_layers_are_understood() {
    let server = start();
    let mut client = logged_in(&server, 216);
    let username = server.truth().users.iter().find_map(|user| user.username.clone()).unwrap();
    let mut search = 0x11f8_12d8_u32.to_bytes();
    username.encode(&mut search);
    5_i32.encode(&mut search);
    let schema = Schema::parse(LAYERS[1].1).unwrap();
    let found = Dynamic::new(&schema).unwrap().read(&call(&mut client, &search)).unwrap().to_json();
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
    tl_api::types::InputUser { user_id: truth.id, access_hash: truth.access_hash }.encode(&mut add);
    for text in ["Old", "Layer", ""] {
        text.encode(&mut add);
    }
    call(&mut client, &add);
    let contacts = client.expect(&contacts::GetContacts { hash: 0 });
    let schema = Schema::parse(LAYERS[0].1).unwrap();
    let users = Dynamic::new(&schema).unwrap().read(&contacts).unwrap().to_json()["users"].clone();
    let id = truth.id.to_string();
    let named = users.as_array().unwrap().iter().find(|user| user["id"] == id.as_str()).unwrap();
    assert_eq!((&named["first_name"], &named["last_name"]), (&"Old".into(), &"Layer".into()));
}
