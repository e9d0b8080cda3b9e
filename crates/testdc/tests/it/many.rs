//! More keys than a test can agree on: they are written into the file from which a server starts.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use mtproto::crypto::{AuthKey, sha256};
use serde_json::{Value, json};
use tempfile::tempdir;
use testdc::Config;
use tl_api::enums;
use tl_api::enums::auth::LoginTokenRef;
use tl_api::functions::{auth, help};
use tl_codec::Encode;

use crate::client::{Client, Ended, ReadWhole as _};
use crate::harness::TestServer;

const PHONE: &str = "9996621234";

fn config(path: &Path) -> Config {
    Config { contacts: 3, store: Some(path.to_path_buf()), ..Config::default() }
}

fn key_bytes(number: u32) -> [u8; 256] {
    let mut bytes = [0; 256];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    bytes
}

/// Adds keys with which as much was done as with the first one of the file.
fn add_keys(path: &Path, count: u32) {
    let whole = std::fs::read_to_string(path).unwrap();
    let state = whole.lines().nth(1).unwrap();
    let kept = serde_json::from_str::<Value>(state).unwrap()["keys"]["2"][0].take();
    let (one, key) = (kept.to_string(), kept["key"].as_str().unwrap());
    let mut body = state.strip_suffix("]}}").unwrap().to_owned();
    for number in 0..count {
        body.push(',');
        body.push_str(&one.replacen(key, &STANDARD.encode(key_bytes(number)), 1));
    }
    body.push_str("]}}");
    let hash = STANDARD.encode(sha256(&[body.as_bytes()]));
    let head = json!({ "format": "testdc store", "version": 1, "sha256": hash });
    std::fs::write(path, format!("{head}\n{body}")).unwrap();
}

/// A client with one of those keys.
fn client_with(number: u32, first: &Client) -> Client {
    let mut client = first.copy();
    client.key = Some(AuthKey::new(&mut key_bytes(number)));
    client
}

#[test]
fn the_key_that_was_used_longest_ago_makes_room() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("store");
    let server = TestServer::start(config(&path));
    let (mut first, mut second) = (server.keyed(), server.keyed());
    server.shut_down();
    add_keys(&path, 99_997);
    let server = TestServer::start(config(&path));
    server.keyed();
    first.move_to(server.address());
    // there was room for a last one; and from now on there are others that were used longer ago
    first.introduce();
    server.keyed();
    second.move_to(server.address());
    second.send(true, &help::GetConfig.to_bytes());
    assert_eq!(second.receive(), Err(Ended::Error(-404)));
    first.introduce();
    drop(server);
    std::fs::remove_file(&path).unwrap();
}

fn token(client: &mut Client) -> String {
    let export = auth::ExportLoginToken {
        api_id: 1,
        api_hash: "hash".to_owned(),
        ..auth::ExportLoginToken::default()
    };
    match enums::auth::LoginToken::read_whole(&client.expect(&export)) {
        LoginTokenRef::LoginToken(shown) => URL_SAFE_NO_PAD.encode(shown.token),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_token_that_expires_first_makes_room() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("store");
    let server = TestServer::start(config(&path));
    let mut first = server.keyed_at(2);
    server.shut_down();
    add_keys(&path, 1_000);
    let server = TestServer::start(Config { login_token_secs: 3_600, ..config(&path) });
    first.move_to(server.address());
    for (others, is_known) in [(1_000, false), (999, true)] {
        let shown = token(&mut first);
        for number in 0..others {
            token(&mut client_with(number, &first));
        }
        assert_eq!(server.control().accept_login_token(&shown, PHONE).is_ok(), is_known, "{others}");
    }
}

#[test]
fn an_account_remembers_the_waits_of_256_keys() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("store");
    let server = TestServer::start(config(&path));
    let mut first = server.logged_in();
    server.shut_down();
    add_keys(&path, 257);
    let server = TestServer::start(Config { takeout_delay_secs: Some(60), ..config(&path) });
    first.move_to(server.address());
    for number in 0..257 {
        let refused = client_with(number, &first).open_takeout().unwrap_err();
        assert!(refused.text.starts_with("TAKEOUT_INIT_DELAY_"), "{refused:?}");
    }
    assert_eq!(server.control().allow_takeout(PHONE).unwrap(), 256);
}
