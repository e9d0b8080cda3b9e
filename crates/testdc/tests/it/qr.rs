//! Login by QR code: shown, accepted, pushed, carried on.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use testdc::{Config, Event};
use tl_api::enums::auth::{LoginToken, LoginTokenRef};
use tl_api::functions::{
    InitConnection, InvokeWithLayer, InvokeWithoutUpdates, account, auth, contacts, help,
};
use tl_api::types;

use crate::client::{Client, Ended, ReadWhole, Refused, introduction};
use crate::harness::TestServer;

const PHONE: &str = "9996621234";

fn text<T: std::fmt::Debug>(result: Result<T, Refused>) -> String {
    result.map_or_else(|refused| format!("{} {}", refused.code, refused.text), |_| "fine".to_owned())
}

fn export() -> auth::ExportLoginToken {
    auth::ExportLoginToken { api_id: 1, api_hash: "hash".to_owned(), except_ids: Vec::new() }
}

/// The token that a client is given to show.
fn shown(client: &mut Client) -> Vec<u8> {
    token_of(&client.expect(&export()))
}

fn token_of(answer: &[u8]) -> Vec<u8> {
    match LoginToken::read_whole(answer) {
        LoginTokenRef::LoginToken(token) => token.token.to_vec(),
        other => panic!("{other:?}"),
    }
}

fn is_success(answer: &[u8]) -> bool {
    matches!(LoginToken::read_whole(answer), LoginTokenRef::Success(_))
}

/// Waits until the server says, unasked, that the token was accepted.
fn wait_for_update(client: &mut Client) {
    loop {
        let message = client.receive().unwrap();
        if message.id() == 0x78d4_dec1 {
            assert_eq!(message.body[4..8], 0x564f_e691_u32.to_le_bytes(), "updateLoginToken");
            assert_eq!((message.body.len(), message.msg_id % 4, message.seq_no % 2), (12, 3, 1));
            return;
        }
    }
}

fn start(config: Config) -> TestServer {
    TestServer::start(Config { contacts: 5, saved_only: 2, ..config })
}

#[test]
fn a_token_is_accepted_by_somebody_who_is_logged_in() {
    let mut server = start(Config::default());
    let mut owner = server.logged_in();
    while server.has_event() {}
    let mut client = server.keyed_at(2);
    let token = shown(&mut client);
    assert_eq!(server.event(), Event::LoginToken { token: URL_SAFE_NO_PAD.encode(&token) });

    let accept = auth::AcceptLoginToken { token };
    let answer = owner.expect(&accept);
    let device = types::Authorization::read_whole(&answer);
    assert_eq!((device.device_model.to_str(), device.api_id), (Ok("test"), 1));
    assert_eq!(text(owner.call(&accept)), "400 AUTH_TOKEN_ALREADY_ACCEPTED");
    let nonsense = auth::AcceptLoginToken { token: vec![1; 32] };
    assert_eq!(text(owner.call(&nonsense)), "400 AUTH_TOKEN_INVALID");

    wait_for_update(&mut client);
    assert!(is_success(&client.expect(&export())));
    assert_eq!(server.event(), Event::Login { user_id: server.truth().account.user_id });
    assert!(client.call(&contacts::GetStatuses).is_ok());
    assert!(is_success(&client.expect(&export())), "who is logged in stays so");
}

#[test]
fn a_new_token_voids_the_one_before_and_both_end() {
    let server = start(Config { login_token_secs: 1, ..Config::default() });
    let (mut owner, mut client) = (server.logged_in(), server.keyed_at(2));
    let first = shown(&mut client);
    let second = shown(&mut client);
    assert_ne!(first, second);
    assert_eq!(text(owner.call(&auth::AcceptLoginToken { token: first })), "400 AUTH_TOKEN_INVALID");
    std::thread::sleep(std::time::Duration::from_millis(1_050));
    assert_eq!(text(owner.call(&auth::AcceptLoginToken { token: second })), "400 AUTH_TOKEN_EXPIRED");
}

#[test]
fn so_much_of_a_devices_name_is_remembered() {
    let server = start(Config::default());
    let (mut owner, mut client) = (server.logged_in(), server.keyed());
    let query = InitConnection { device_model: "ä".repeat(300), ..introduction(help::GetConfig) };
    client.expect(&InvokeWithLayer { layer: 230, query });
    let answer = owner.expect(&auth::AcceptLoginToken { token: shown(&mut client) });
    let device = types::Authorization::read_whole(&answer);
    assert_eq!(device.device_model.to_str(), Ok("ä".repeat(128).as_str()));
}

#[test]
fn an_account_that_the_client_has_already_is_excepted() {
    let server = start(Config::default());
    let (mut owner, mut client) = (server.logged_in(), server.keyed_at(2));
    // a hundred of them count
    for (strangers, expected) in
        [(0, "400 AUTH_TOKEN_EXCEPTION"), (99, "400 AUTH_TOKEN_EXCEPTION"), (100, "fine")]
    {
        let own = server.truth().account.user_id;
        let except_ids = std::iter::repeat_n(1, strangers).chain([own]).collect();
        let token = token_of(&client.expect(&auth::ExportLoginToken { except_ids, ..export() }));
        assert_eq!(text(owner.call(&auth::AcceptLoginToken { token })), expected, "{strangers}");
    }
    let mut client = server.keyed_at(2);
    let bad = auth::ExportLoginToken { api_id: 0, ..export() };
    assert_eq!(text(client.call(&bad)), "400 API_ID_INVALID");
}

#[test]
fn a_password_is_asked_for_behind_the_token() {
    let server = start(Config { password: Some("secret".to_owned()), ..Config::default() });
    let mut client = server.keyed_at(2);
    let token = URL_SAFE_NO_PAD.encode(shown(&mut client));
    server.control().accept_login_token(&token, PHONE).unwrap();
    wait_for_update(&mut client);
    assert_eq!(text(client.call(&export())), "401 SESSION_PASSWORD_NEEDED");
    let info = client.password().unwrap();
    assert!(types::account::Password::read_whole(&info).has_password());
    client.check_password(&info, b"secret").unwrap();
    assert!(client.call(&account::GetPassword).is_ok() && is_success(&client.expect(&export())));
}

#[test]
fn the_login_goes_on_at_the_accounts_own_data_centre() {
    let mut server = start(Config { dcs: 3, account_dc: Some(3), ..Config::default() });
    let mut client = server.keyed_at(2);
    let token = shown(&mut client);
    server.event();
    let mut at_home = server.keyed_at(3);
    let import = auth::ImportLoginToken { token: token.clone() };
    assert_eq!(text(at_home.call(&import)), "400 AUTH_TOKEN_INVALID", "not accepted yet");
    server.control().accept_login_token(&URL_SAFE_NO_PAD.encode(&token), PHONE).unwrap();
    wait_for_update(&mut client);
    let answer = client.expect(&export());
    match LoginToken::read_whole(&answer) {
        LoginTokenRef::MigrateTo(migrate) => {
            assert_eq!((migrate.dc_id, migrate.token), (3, token.as_slice()));
        }
        other => panic!("{other:?}"),
    }
    let mut elsewhere = server.keyed_at(1);
    let answer = elsewhere.expect(&import);
    assert!(
        matches!(LoginToken::read_whole(&answer), LoginTokenRef::MigrateTo(migrate) if migrate.dc_id == 3)
    );
    assert!(is_success(&at_home.expect(&import)));
    assert!(at_home.call(&contacts::GetStatuses).is_ok());
    assert_eq!(server.event(), Event::Login { user_id: server.truth().account.user_id });
    assert_eq!(text(at_home.call(&import)), "400 AUTH_TOKEN_INVALID", "a token is good once");
}

#[test]
fn an_accepted_token_waits_a_minute_for_the_client() {
    for (later_secs, is_kept) in [(57, true), (60, false)] {
        let server = start(Config::default());
        let mut client = server.keyed_at(2);
        let token = URL_SAFE_NO_PAD.encode(shown(&mut client));
        server.control().accept_login_token(&token, PHONE).unwrap();
        server.add_fault(&format!("clock-skew={later_secs}"));
        client.skew_secs = later_secs;
        assert_eq!(is_success(&client.expect(&export())), is_kept, "{later_secs}");
    }
}

#[test]
fn a_client_without_updates_must_ask_for_itself() {
    let server = start(Config::default());
    let mut client = server.keyed();
    let query = introduction(InvokeWithoutUpdates { query: export() });
    let answer = client.expect(&InvokeWithLayer { layer: 230, query });
    let token = types::auth::LoginToken::read_whole(&answer).token;
    server.control().accept_login_token(&URL_SAFE_NO_PAD.encode(token), PHONE).unwrap();
    client.wait_at_most(300);
    while let Ok(message) = client.receive() {
        assert_ne!(message.id(), 0x78d4_dec1);
    }
    assert!(is_success(&client.expect(&InvokeWithoutUpdates { query: export() })));
}

#[test]
fn the_update_waits_for_a_client_that_is_away() {
    let server = start(Config::default());
    let mut client = server.keyed_at(2);
    let token = shown(&mut client);
    server.control().drop_connections();
    assert!(matches!(client.receive(), Err(Ended::Closed { .. })));
    server.control().accept_login_token(&URL_SAFE_NO_PAD.encode(&token), PHONE).unwrap();
    client.reconnect();
    client.send(false, &[0x7abe_77ec_u32.to_le_bytes().as_slice(), &[1; 8]].concat());
    wait_for_update(&mut client);
}
