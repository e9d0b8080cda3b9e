//! Limits that nothing else comes near: each is reached, and the step beyond it does what the limit says.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
#[cfg(target_os = "linux")]
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use testdc::{Config, Event};
use tl_api::enums::auth::LoginTokenRef;
use tl_api::functions::auth;
use tl_api::{enums, types};
use tl_codec::{Encode, Reader};

use crate::admin::Admin;
use crate::client::{Client, Ended, ReadWhole as _, Refused};
#[cfg(target_os = "linux")]
use crate::client::{Failed, Framing};
use crate::harness::{PATIENCE, TestServer};
#[cfg(target_os = "linux")]
use crate::stopped::StoppedServer;

const PHONE: &str = "9996621234";

fn text<T: std::fmt::Debug>(result: Result<T, Refused>) -> String {
    result.map_or_else(|refused| format!("{} {}", refused.code, refused.text), |_| "fine".to_owned())
}

#[test]
fn a_service_message_is_read_up_to_its_last_id_that_counts() {
    let server = TestServer::plain();
    let mut client = server.keyed();
    for (asked, told) in [(8_192, 8_192), (8_193, 8_192)] {
        let body = [0xda69_fb52_u32.to_bytes(), vec![client.next_msg_id(); asked].to_bytes()].concat();
        let msg_id = client.send(true, &body);
        let info = std::iter::repeat_with(|| client.receive().unwrap())
            .find(|message| message.id() == 0x04de_b57d)
            .unwrap();
        let mut reader = Reader::new(&info.body[4..]);
        assert_eq!(reader.long(), Ok(msg_id));
        assert_eq!(reader.bytes().map(<[u8]>::len), Ok(told), "{asked}");
    }
}

#[test]
fn a_challenge_for_the_password_does_not_last() {
    let password = Some("secret".to_owned());
    let server = TestServer::start(Config { contacts: 3, password, ..Config::default() });
    let mut client = server.keyed();
    client.introduce();
    assert_eq!(text(client.log_in(PHONE, &server.code())), "401 SESSION_PASSWORD_NEEDED");
    for (later_secs, expected) in [(301, "400 SRP_ID_INVALID"), (270, "fine")] {
        let challenge = client.password().unwrap();
        // both clocks go on
        server.add_fault(&format!("clock-skew={later_secs}"));
        client.skew_secs += later_secs;
        assert_eq!(text(client.check_password(&challenge, b"secret")), expected, "{later_secs}");
    }
}

/// As much as a frame may hold, over the carriers that have no frames, and one byte more.
#[test]
fn requests_of_the_web_are_as_long_as_frames() {
    let free = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    let web = testdc::Web { ws: free, http: free, ..testdc::Web::default() };
    let server = TestServer::start(Config { contacts: 3, web, ..Config::default() });
    let open = |address: Option<SocketAddr>, wire: &str| {
        let mut stream = TcpStream::connect(address.unwrap()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(wire.as_bytes()).unwrap();
        stream
    };
    // what is no message of MTProto is answered like an unknown key
    for (len, expected) in [(2 << 20, "HTTP/1.1 404"), ((2 << 20) + 1, "HTTP/1.1 413")] {
        let head = format!("POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: {len}\r\n\r\n");
        let mut stream = open(server.web().http, &head);
        stream.write_all(&vec![7; len]).unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        assert_eq!(status, expected.as_bytes(), "{len}");
    }
    let head = "GET /apiws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                Sec-WebSocket-Protocol: binary\r\nSec-WebSocket-Version: 13\r\n\
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let mut stream = open(server.web().ws, head);
    // a binary message of one byte more, masked
    let len = ((2_u64 << 20) + 1).to_be_bytes();
    stream.write_all(&[&[0x82, 0xff][..], &len, &[0; 4]].concat()).unwrap();
    let mut answer = Vec::new();
    let ended = stream.read_to_end(&mut answer).map_err(|error| error.kind());
    assert!(matches!(ended, Ok(_) | Err(ErrorKind::ConnectionReset)), "it is waited for: {ended:?}");
}

#[test]
fn the_oldest_of_too_many_exports_makes_room() {
    let server = TestServer::start(Config { contacts: 3, dcs: 3, ..Config::default() });
    let mut home = server.logged_in();
    let mut export = || {
        let answer = home.expect(&auth::ExportAuthorization { dc_id: 1 });
        let exported = types::auth::ExportedAuthorization::read_whole(&answer);
        auth::ImportAuthorization { id: exported.id, bytes: exported.bytes.to_vec() }
    };
    let first = export();
    let second = export();
    for _ in 2..=1_000 {
        export();
    }
    let mut other = server.keyed_at(1);
    assert_eq!(text(other.call(&first)), "400 AUTH_BYTES_INVALID");
    assert_eq!(text(other.call(&second)), "fine");
    let mut fresh = server.keyed_at(1);
    let (in_time, late) = (export(), export());
    server.add_fault("clock-skew=57");
    (other.skew_secs, fresh.skew_secs) = (57, 57);
    assert_eq!(text(fresh.call(&in_time)), "fine");
    server.add_fault("clock-skew=3");
    assert_eq!(text(other.call(&late)), "400 AUTH_BYTES_INVALID", "a minute later");
}

#[test]
fn a_port_serves_so_many_connections_at_a_time() {
    let server = TestServer::start(Config { contacts: 3, max_connections: 2, ..Config::default() });
    let (mut first, second) = (server.keyed(), server.keyed());
    let mut third = server.connect();
    let query = [0xbe7e_8ef1_u32.to_bytes(), vec![7; 16]].concat();
    third.send_frame(&query);
    assert!(matches!(third.read_frame(), Err(Ended::Closed { .. })), "nobody answers");
    first.introduce();
    drop(second);
    // the server learns in its own time that there is room
    let started = std::time::Instant::now();
    let is_served = |mut client: Client| client.exchange_key(&server.pem(), 2).is_ok();
    while !is_served(server.connect()) {
        assert!(started.elapsed() < PATIENCE, "one has gone, and nobody takes its place");
    }
    first.introduce();
}

/// Both ends of them are in this process, which may want more descriptors than it was given.
#[cfg(target_os = "linux")]
#[test]
fn a_port_serves_4096_connections_unless_it_is_told_otherwise() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
    // its clock stands still: none of them is silent for too long
    let server = StoppedServer::start(Config { contacts: 3, ..Config::default() });
    let open = || {
        let mut client = Client::connect(server.server.address(), Framing::Intermediate);
        client.first_step([7; 16]).map(|_| client)
    };
    let open_ones = (0..4_096).map(|_| open().unwrap()).collect::<Vec<_>>();
    assert!(matches!(open(), Err(Failed::Ended(Ended::Closed { .. }))));
    assert!(
        open_ones.into_iter().all(|mut client| client.first_step([7; 16]).is_ok()),
        "the first are still there"
    );
}

#[test]
fn further_connections_of_the_admin_socket_wait_for_their_turn() {
    let admin = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    let server = TestServer::start(Config { contacts: 3, admin, ..Config::default() });
    let mut talking = (0..64).map(|_| Admin::connect(server.admin_address())).collect::<Vec<_>>();
    let command = json!({ "do": "connections" });
    for one in &mut talking {
        one.order(&command);
    }
    let mut waiting = TcpStream::connect(server.admin_address()).unwrap();
    waiting.write_all(format!("{command}\n").as_bytes()).unwrap();
    // the server has time for everybody else
    for one in &mut talking {
        one.order(&command);
    }
    waiting.set_nonblocking(true).unwrap();
    assert_eq!(waiting.read(&mut [0; 16]).unwrap_err().kind(), ErrorKind::WouldBlock);
    waiting.set_nonblocking(false).unwrap();
    waiting.set_read_timeout(Some(PATIENCE)).unwrap();
    drop(talking.pop());
    let mut answer = [0; 10];
    waiting.read_exact(&mut answer).unwrap();
    assert_eq!(&answer[..1], b"{");
}

#[test]
fn a_hello_that_is_longer_than_a_record_is_not_waited_for() {
    let secret = format!("ee{}{}", "00".repeat(16), "612e6578616d706c65");
    let mtproxy_secret = Some(secret.parse().unwrap());
    let server = TestServer::start(Config { contacts: 3, mtproxy_secret, ..Config::default() });
    let mut stream = TcpStream::connect(server.mtproxy_address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(&[0x16, 3, 1, 0x40, 1]).unwrap();
    // a reset is an end too; a timeout is none
    let ended = stream.read(&mut [0; 16]).map_err(|error| error.kind());
    assert!(matches!(ended, Ok(0) | Err(ErrorKind::ConnectionReset)), "{ended:?}");
}

/// Somebody may have lost the answers: they come again, but not for ever.
#[test]
fn an_exchange_remembers_its_last_answers() {
    let server = TestServer::with_faults(&["dh-gen-retry*"]);
    let mut client = server.connect();
    let nonce = client.entropy.array();
    let first = client.first_step(nonce).unwrap();
    let (query, new_nonce) = client.second_query(&server.pem(), &first, 2, None);
    let params = client.ask_plain(&query).unwrap();
    let object = |answer: &[u8]| answer[..36 + 4 + 592].to_vec();
    let mut retry_id = 0;
    let mut retry = |client: &mut Client| {
        let (key, answer) = client.last_step(&first, &new_nonce, &params, retry_id).unwrap();
        assert_eq!(answer[..4], 0x46dc_1fb9_u32.to_le_bytes(), "dh_gen_retry");
        retry_id = i64::from_le_bytes(key.aux_hash());
    };
    for _ in 0..6 {
        retry(&mut client);
    }
    assert_eq!(object(&client.ask_plain(&query).unwrap()), object(&params), "eight answers");
    retry(&mut client);
    let again = client.first_step(nonce).unwrap();
    assert_eq!(again.server_nonce, first.server_nonce, "the first answer stays");
    assert_eq!(client.ask_plain(&query), Err(Ended::Error(-404)), "the second one has made room");
}

#[test]
fn whoever_does_not_watch_loses_the_oldest_events() {
    let mut server = TestServer::plain();
    let mut client = server.keyed();
    client.introduce();
    let export = auth::ExportLoginToken {
        api_id: 1,
        api_hash: "hash".to_owned(),
        ..auth::ExportLoginToken::default()
    };
    let mut token = || match enums::auth::LoginToken::read_whole(&client.expect(&export)) {
        LoginTokenRef::LoginToken(shown) => URL_SAFE_NO_PAD.encode(shown.token),
        other => panic!("{other:?}"),
    };
    let tokens = (0..4_098).map(|_| token()).collect::<Vec<_>>();
    let told = server.events_so_far();
    let oldest = Event::LoginToken { token: tokens[2].clone() };
    assert_eq!((told.len(), told.first()), (4_096, Some(&oldest)));
}
