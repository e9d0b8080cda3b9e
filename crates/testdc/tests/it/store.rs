//! What is kept in a file outlives the server.

use std::path::{Path, PathBuf};

use tempfile::tempdir;
use testdc::{BindError, Config, Contradiction, Server, StoreError};
use tl_api::enums::InputUser;
use tl_api::functions::{account, contacts};
use tl_api::types;
use tl_codec::Encode;

use crate::client::{Client, refusal};
use crate::harness::TestServer;

fn kept_in(path: &Path) -> Config {
    Config { contacts: 60, saved_only: 10, store: Some(path.to_path_buf()), ..Config::default() }
}

fn bind_error(config: Config) -> BindError {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(Server::bind(config)).unwrap_err()
}

fn contacts_of(client: &mut Client) -> Vec<u8> {
    client.expect(&contacts::GetContacts { hash: 0 })
}

#[test]
fn logins_contacts_and_takeouts_are_there_after_a_new_start() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("store");
    let server = TestServer::start(kept_in(&path));
    let before = server.truth().contacts.len();
    let mut client = server.logged_in();
    let own = server.truth().account.user_id;
    let user = server.truth().users.iter().find(|user| user.id != own && !user.deleted).unwrap();
    let gone = types::InputUser { user_id: user.id, access_hash: user.access_hash };
    client.expect(&contacts::DeleteContacts { id: vec![InputUser::InputUser(gone)] });
    let takeout = client.open_takeout().unwrap();
    let saved = client.in_takeout(takeout, contacts::GetSaved).unwrap();
    let book = contacts_of(&mut client);
    server.shut_down();

    // what the file holds goes before the other arguments
    let server = TestServer::start(Config { contacts: 5, seed: 77, ..kept_in(&path) });
    assert_eq!(server.truth().contacts.len(), before - 1);
    assert_eq!(server.truth().seed, 1);
    client.move_to(server.address());
    assert_eq!(contacts_of(&mut client), book, "the key, its salts, its login and its layer are known");
    assert_eq!(client.in_takeout(takeout, contacts::GetSaved), Ok(saved));
    let finish = account::FinishTakeoutSession { success: true };
    assert_eq!(client.in_takeout(takeout, finish), Ok(true.to_bytes()));
    let stranger = server.keyed().call(&contacts::GetStatuses).unwrap_err();
    assert_eq!(stranger.text, "CONNECTION_NOT_INITED", "another key is not logged in");
}

#[test]
fn a_password_and_what_telegram_has_done_are_kept() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("store");
    let config = || Config { password: Some("first".to_owned()), ..kept_in(&path) };
    let server = TestServer::start(config());
    let mut client = server.keyed();
    client.introduce();
    let asked = client.log_in("9996621234", &server.code()).unwrap_err();
    assert_eq!(asked.text, "SESSION_PASSWORD_NEEDED");
    server.shut_down();

    let server = TestServer::start(Config { password: Some("second".to_owned()), ..config() });
    client.move_to(server.address());
    let info = client.password().unwrap();
    assert_eq!(client.check_password(&info, b"second").unwrap_err().text, "PASSWORD_HASH_INVALID");
    let info = client.password().unwrap();
    client.check_password(&info, b"first").unwrap();
    server.control().revoke("9996621234", testdc::Revocation::Frozen).unwrap();
    server.shut_down();

    let server = TestServer::start(config());
    client.move_to(server.address());
    let refused = refusal(&client.call_raw(&account::InitTakeoutSession::default().to_bytes()).unwrap());
    assert_eq!(refused.unwrap().text, "FROZEN_METHOD_INVALID");
}

#[test]
fn the_rsa_key_is_the_same_unless_another_one_is_given() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("store");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let pem = || {
        runtime.block_on(async {
            let server = Server::bind(kept_in(&path)).await.unwrap();
            let pem = server.public_key_pem();
            server.shutdown().await;
            pem
        })
    };
    assert_eq!(pem(), pem());
}

#[test]
fn a_file_that_cannot_be_used_is_refused_with_its_reason() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("store");
    TestServer::start(kept_in(&path)).shut_down();
    let whole = std::fs::read(&path).unwrap();
    let refused = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        match bind_error(kept_in(&path)) {
            BindError::Store(error) => error,
            other => panic!("{other}"),
        }
    };
    assert!(matches!(refused(&whole[..whole.len() - 1]), StoreError::Damaged { .. }));
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    assert!(matches!(refused(&changed), StoreError::Damaged { .. }));
    assert!(matches!(refused(b"{}\n"), StoreError::NotAStore { .. }));
    assert!(matches!(refused(b""), StoreError::NotAStore { .. }));
    let newer = String::from_utf8(whole.clone()).unwrap().replacen("\"version\":1", "\"version\":9", 1);
    assert!(matches!(refused(newer.as_bytes()), StoreError::Version { got: 9, .. }));
    std::fs::write(&path, &whole).unwrap();
    TestServer::start(kept_in(&path)).shut_down();
    let nowhere = Config { store: Some(PathBuf::from("/nowhere/at/all")), ..kept_in(&path) };
    assert!(matches!(bind_error(nowhere), BindError::Store(StoreError::Write { .. })));
}

#[test]
fn keys_of_a_data_centre_that_is_gone_are_not_dropped_silently() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("store");
    let server = TestServer::start(Config { dcs: 3, ..kept_in(&path) });
    drop(server.keyed_at(3));
    server.shut_down();
    let BindError::Store(StoreError::Contradiction { source, .. }) = bind_error(kept_in(&path)) else {
        panic!("another error")
    };
    assert_eq!(source, Contradiction::UnknownDc { dc_id: 3 });
    TestServer::start(Config { dcs: 3, ..kept_in(&path) }).shut_down();
}
