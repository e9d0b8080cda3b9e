//! The admin socket: every command, and what clients feel of it.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};
use testdc::Config;
use testdc::admin::COMMAND_FORMS;
use tl_api::enums;
use tl_api::functions::{auth, contacts};

use crate::client::{Client, Ended, ReadWhole as _, Refused};
use crate::harness::{PATIENCE, TestServer};

const PHONE: &str = "9996621234";

/// A connection to the admin socket.
pub(crate) struct Admin {
    stream: BufReader<TcpStream>,
}

impl Admin {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    pub(crate) fn send(&mut self, line: &str) -> Value {
        self.stream.get_mut().write_all(format!("{line}\n").as_bytes()).unwrap();
        let mut answer = String::new();
        self.stream.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    }

    /// A command that must succeed.
    pub(crate) fn order(&mut self, command: &Value) -> Value {
        let answer = self.send(&command.to_string());
        assert_eq!(answer["ok"], true, "{command}: {answer}");
        answer
    }
}

fn start(config: Config) -> (TestServer, Admin) {
    let admin = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    let server = TestServer::start(Config { contacts: 20, saved_only: 5, admin, ..config });
    let admin = Admin::connect(server.admin_address());
    (server, admin)
}

fn text<T: std::fmt::Debug>(result: Result<T, Refused>) -> String {
    result.map_or_else(|refused| format!("{} {}", refused.code, refused.text), |_| "fine".to_owned())
}

fn statuses(client: &mut Client) -> String {
    text(client.call(&contacts::GetStatuses))
}

#[test]
fn faults_come_and_go() {
    let (server, mut admin) = start(Config::default());
    let mut client = server.logged_in();
    admin.order(&json!({ "do": "fault", "spec": "flood-wait=contacts.getStatuses:7*2" }));
    assert_eq!(statuses(&mut client), "420 FLOOD_WAIT_7");
    admin.order(&json!({ "do": "clear_faults" }));
    assert_eq!(statuses(&mut client), "fine");
}

#[test]
fn connections_are_dropped_and_sessions_go_on() {
    let (server, mut admin) = start(Config::default());
    let mut client = server.logged_in();
    for _ in 0..2 {
        admin.order(&json!({ "do": "drop_connections" }));
        assert!(matches!(client.receive(), Err(Ended::Closed { .. })));
        client.reconnect();
        assert_eq!(statuses(&mut client), "fine");
    }
}

#[test]
fn how_connections_spoke() {
    let (server, mut admin) = start(Config::default());
    let command = json!({ "do": "connections" });
    assert_eq!(admin.order(&command)["connections"], json!([]));
    let _client = server.keyed();
    let one = json!({ "dc_id": 2, "carrier": "tcp", "framing": "intermediate", "obfuscated": false });
    assert_eq!(admin.order(&command)["connections"], json!([one]));
}

#[test]
fn salts_are_rotated_and_clients_told() {
    let (server, mut admin) = start(Config::default());
    let mut client = server.logged_in();
    let before = client.salt;
    admin.order(&json!({ "do": "rotate_salts" }));
    assert_eq!(statuses(&mut client), "fine");
    assert_ne!(client.salt, before);
    assert!(client.log.iter().any(|message| message.id() == 0xedab_447b), "bad_server_salt");
}

#[test]
fn the_state_of_an_account() {
    let (server, mut admin) = start(Config::default());
    let state = json!({ "do": "state", "phone": PHONE });
    let expected = |sessions: u32, open: &[i64]| {
        json!({ "ok": true, "user_id": server.truth().account.user_id, "sessions": sessions, "temporary_keys": 0, "contacts": 20,
            "saved": server.truth().saved_count, "open_takeouts": open, "waiting_takeouts": 0,
            "phone_shown_to": [] })
    };
    assert_eq!(admin.order(&state), expected(0, &[]));
    let (mut one, _other) = (server.logged_in(), server.logged_in());
    let takeout_id = one.open_takeout().unwrap();
    assert_eq!(admin.order(&state), expected(2, &[takeout_id]));
    one.expect(&auth::LogOut);
    assert_eq!(admin.order(&state)["sessions"], 1);
}

#[test]
fn accounts_are_written_to_moved_and_logged_in() {
    let (server, mut admin) = start(Config { dcs: 3, ..Config::default() });
    let mut client = server.logged_in();
    let push = json!({ "do": "push", "phone": PHONE, "text": "hello" });
    assert_eq!(admin.order(&push)["sessions"], 1);
    let pushed =
        std::iter::repeat_with(|| client.receive().unwrap()).find(|message| message.id() == 0x313b_c7f8);
    assert!(pushed.unwrap().body.windows(5).any(|window| window == b"hello"));

    let mut shower = server.keyed();
    shower.introduce();
    let export = auth::ExportLoginToken { api_id: 1, api_hash: "hash".to_owned(), except_ids: Vec::new() };
    let token = |answer: &[u8]| match enums::auth::LoginToken::read_whole(answer) {
        enums::auth::LoginTokenRef::LoginToken(token) => Some(token.token.to_vec()),
        enums::auth::LoginTokenRef::Success(_) => None,
        other => panic!("{other:?}"),
    };
    let shown = token(&shower.expect(&export)).unwrap();
    let shown = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, shown);
    admin.order(&json!({ "do": "accept_login_token", "token": shown, "phone": PHONE }));
    assert_eq!(token(&shower.expect(&export)), None, "logged in");

    admin.order(&json!({ "do": "move_account", "phone": PHONE, "dc": 3 }));
    assert_eq!(statuses(&mut client), "303 USER_MIGRATE_3");
}

#[test]
fn a_takeout_is_allowed_or_denied_by_its_owner() {
    let (mut server, mut admin) = start(Config { takeout_delay_secs: Some(3_600), ..Config::default() });
    let mut client = server.logged_in();
    while server.has_event() {}
    let ask = |client: &mut Client| text(client.open_takeout());
    assert_eq!(ask(&mut client), "420 TAKEOUT_INIT_DELAY_3600");
    assert_eq!(server.event(), testdc::Event::TakeoutDelayed { secs: 3_600 });
    assert_eq!(admin.order(&json!({ "do": "state", "phone": PHONE }))["waiting_takeouts"], 1);

    assert_eq!(admin.order(&json!({ "do": "deny_takeout", "phone": PHONE }))["requests"], 1);
    assert_eq!(ask(&mut client), "400 TAKEOUT_INVALID");
    assert_eq!(ask(&mut client), "420 TAKEOUT_INIT_DELAY_3600", "it waits from the beginning");
    assert_eq!(server.event(), testdc::Event::TakeoutDelayed { secs: 3_600 });

    client.reconnect();
    client.new_session();
    assert_eq!(admin.order(&json!({ "do": "allow_takeout", "phone": PHONE }))["requests"], 1);
    assert_eq!(ask(&mut client), "fine");
    assert_eq!(ask(&mut client), "fine", "the key has waited once and for all");
    assert!(ask(&mut server.logged_in()).starts_with("420 TAKEOUT_INIT_DELAY_"), "another key has not");
    assert_eq!(admin.order(&json!({ "do": "deny_takeout", "phone": PHONE }))["requests"], 1);
    assert_eq!(ask(&mut client), "fine", "what was allowed is not declined later");
}

#[test]
fn what_telegram_may_do_to_an_account() {
    let cases = [
        ("unregistered", "401 AUTH_KEY_UNREGISTERED", "fine"),
        ("revoked", "401 SESSION_REVOKED", "fine"),
        ("duplicated", "406 AUTH_KEY_DUPLICATED", "fine"),
        ("deactivated", "401 USER_DEACTIVATED", "401 USER_DEACTIVATED"),
        ("banned", "401 USER_DEACTIVATED_BAN", "400 PHONE_NUMBER_BANNED"),
    ];
    let (server, mut admin) = start(Config::default());
    for (how, refusal, new_login) in cases {
        let mut client = server.logged_in();
        assert_eq!(
            admin.order(&json!({ "do": "revoke", "phone": PHONE, "how": how }))["sessions"],
            1,
            "{how}"
        );
        assert_eq!(statuses(&mut client), refusal);
        assert_eq!(text(client.open_takeout()), refusal);
        assert_eq!(text(client.call(&auth::LogOut)), refusal);
        let mut other = server.keyed();
        other.introduce();
        assert_eq!(text(other.log_in(PHONE, "22222")), new_login, "{how}");
        admin.order(&json!({ "do": "revoke", "phone": PHONE, "how": "restored" }));
        admin.order(&json!({ "do": "revoke", "phone": PHONE, "how": "unregistered" }));
    }
}

#[test]
fn a_frozen_account_may_read_and_no_more() {
    let (server, mut admin) = start(Config::default());
    let mut client = server.logged_in();
    let takeout_id = client.open_takeout().unwrap();
    admin.order(&json!({ "do": "revoke", "phone": PHONE, "how": "frozen" }));
    assert_eq!(statuses(&mut client), "fine");
    assert_eq!(text(client.open_takeout()), "420 FROZEN_METHOD_INVALID");
    let finish = tl_api::functions::account::FinishTakeoutSession { success: false };
    assert_eq!(text(client.in_takeout(takeout_id, finish)), "fine", "what is open can be closed");
    admin.order(&json!({ "do": "revoke", "phone": PHONE, "how": "restored" }));
    assert_eq!(text(client.open_takeout()), "fine");
}

#[test]
fn the_end_is_answered_before_it_comes() {
    let (server, mut admin) = start(Config::default());
    let mut client = server.keyed();
    assert_eq!(admin.send(r#"{"do":"stop"}"#), json!({ "ok": true }));
    assert!(matches!(client.receive(), Err(Ended::Closed { .. })));
    let mut rest = Vec::new();
    assert_eq!(admin.stream.read_to_end(&mut rest).unwrap(), 0);
    server.shut_down();
}

#[test]
fn mistakes_are_answered_and_change_nothing() {
    let (_server, mut admin) = start(Config::default());
    let cases = [
        ("", "not a command"),
        ("[]", "not a command"),
        (r#"{"do":"explode"}"#, "unknown variant `explode`"),
        (r#"{"do":"stop","now":true}"#, "unknown field `now`"),
        (r#"{"do":"state"}"#, "missing field `phone`"),
        (r#"{"do":"state","phone":"1"}"#, "no account has this number"),
        (r#"{"do":"allow_takeout","phone":"1"}"#, "no account has this number"),
        (r#"{"do":"deny_takeout","phone":"1"}"#, "no account has this number"),
        (r#"{"do":"revoke","phone":"9996621234","how":"gently"}"#, "`how` is one of unregistered"),
        (r#"{"do":"fault","spec":"explode"}"#, "there is no fault `explode`"),
        (r#"{"do":"fault","spec":"drop=contacts.nothing"}"#, "`contacts.nothing`"),
    ];
    for (line, expected) in cases {
        let answer = admin.send(line);
        assert_eq!(answer["ok"], false, "{line}");
        assert!(answer["error"].as_str().unwrap().contains(expected), "{line}: {answer}");
    }
    let long = format!("{{\"do\":\"state\",\"phone\":\"{}\"}}\n", "1".repeat(70_000));
    // the server may have closed before all of it was written
    let _written = admin.stream.get_mut().write_all(long.as_bytes());
    let mut rest = Vec::new();
    let ended = admin.stream.read_to_end(&mut rest).map_err(|error| error.kind());
    assert!(
        matches!(ended, Ok(0) | Err(ErrorKind::ConnectionReset)),
        "it was answered, or waited for: {ended:?}"
    );
}

#[test]
fn it_listens_on_the_loopback_interface_only() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = Config { admin: Some(SocketAddr::from(([0, 0, 0, 0], 0))), ..Config::default() };
    let error = runtime.block_on(testdc::Server::bind(config)).unwrap_err();
    assert!(error.to_string().contains("loopback interface only"), "{error}");
}

#[test]
fn every_command_is_documented() {
    const README: &str = include_str!("../../README.md");
    // a bar inside a cell of a table is escaped
    let readme = README.replace("\\|", "|");
    for form in COMMAND_FORMS {
        assert!(readme.contains(&format!("`{form}`")), "{form}");
    }
}

#[test]
fn a_line_is_read_up_to_64_kibibytes() {
    let (server, _) = start(Config::default());
    let command = json!({ "do": "connections" }).to_string();
    for (len, is_read) in [(64 << 10, true), ((64 << 10) + 1, false)] {
        let mut stream = TcpStream::connect(server.admin_address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // with its end
        let line = format!("{command}{}\n", " ".repeat(len - 1 - command.len()));
        stream.write_all(line.as_bytes()).unwrap();
        // a connection that is closed or reset answers nothing
        assert_eq!(stream.read(&mut [0; 1]).unwrap_or(0), usize::from(is_read), "{len}");
    }
}
