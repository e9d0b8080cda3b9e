//! How long the server waits, for whatever a client does not do: to the second, with a clock that stands still.

use std::io::{ErrorKind, Read as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::tempdir;
use testdc::{Config, FaultRule, Web};
use tl_api::functions::{InvokeWithLayer, contacts, help};
use tl_codec::Encode;

use crate::client::{Client, Ended, introduction};
use crate::harness::PATIENCE;
use crate::stopped::{StoppedServer, is_silent, knock};

const SECOND: Duration = Duration::from_secs(1);

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn with_every_door() -> StoppedServer {
    let free = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    let web = Web { ws: free, wss: free, http: free, https: free };
    let mtproxy_secret = Some(format!("ee{}612e6578616d706c65", "00".repeat(16)).parse().unwrap());
    StoppedServer::start(Config { contacts: 3, web, mtproxy_secret, ..Config::default() })
}

/// What comes before the end; a connection that was reset has ended, one that stays open has not.
fn rest(mut stream: TcpStream) -> String {
    let mut rest = Vec::new();
    let ended = stream.read_to_end(&mut rest).map_err(|error| error.kind());
    assert!(matches!(ended, Ok(_) | Err(ErrorKind::ConnectionReset)), "{ended:?}");
    String::from_utf8_lossy(&rest).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn whoever_does_not_begin_or_go_on_is_not_waited_for() {
    let server = with_every_door();
    let (tcp, web) = (server.server.address(), &server.server.web()[&2]);
    let mtproxy = server.server.mtproxy_address().unwrap();
    let body = "POST /api HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 40\r\n\r\nabcd";
    let upgrade = "GET /apiws HTTP/1.1\r\nHost";
    let frame = "\u{28}\0\0\0";
    let quick = [
        (Some(tcp), "", ""),
        (Some(tcp), frame, ""),
        (Some(mtproxy), "\u{16}\u{3}\u{1}", ""),
        (web.ws, "", ""),
        (web.ws, upgrade, ""),
        (web.wss, "", ""),
        (web.https, "", ""),
        (web.http, body, "HTTP/1.1 408 Request Timeout"),
    ];
    let slow = [(web.http, "", ""), (web.http, "POST /api HTTP/1.1\r\nHost", "")];
    let open = |doors: &[(Option<SocketAddr>, &str, &'static str)]| {
        let opened = doors.iter().map(|(door, said, told)| (knock(door.unwrap(), said.as_bytes()), *told));
        opened.collect::<Vec<_>>()
    };
    let (quick, slow) = (open(&quick), open(&slow));
    let all_wait = |streams: &[(TcpStream, &str)]| streams.iter().all(|(stream, _)| is_silent(stream));
    server.pass(secs(29));
    assert!(all_wait(&quick));
    server.pass(SECOND);
    for (number, (stream, told)) in quick.into_iter().enumerate() {
        assert_eq!(rest(stream), told, "{number}");
    }
    server.pass(secs(569));
    assert!(all_wait(&slow), "a connection may be kept for the next request");
    server.pass(SECOND);
    assert!(slow.into_iter().all(|(stream, told)| rest(stream) == told));
}

/// Whether the server still keeps the connection open, and has nothing to say.
fn is_open(client: &mut Client) -> bool {
    client.wait_at_most(1);
    let heard = client.read_frame();
    client.wait_at_most(20_000);
    match heard {
        Err(Ended::Silence) => true,
        Err(Ended::Closed { .. }) => false,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_connection_may_be_silent_for_ten_minutes_and_a_frame_take_half_a_minute() {
    let server = StoppedServer::start(Config { contacts: 3, ..Config::default() });
    for (said, limit) in [(&b""[..], 600), (b"\x28\0\0\0a", 30)] {
        let mut client = server.keyed();
        client.write(said);
        server.pass(secs(limit - 1));
        assert!(is_open(&mut client), "{limit}");
        server.pass(SECOND);
        assert!(!is_open(&mut client), "{limit}");
    }
}

/// `ping_delay_disconnect#f3427b8c`: other calls do not put it off, and the server's own patience does not shorten it.
#[test]
fn a_connection_ends_when_the_client_wants_it_to() {
    let server = StoppedServer::start(Config { contacts: 3, ..Config::default() });
    let mut client = quiet(&server);
    client.send(false, &[0xf342_7b8c_u32.to_bytes(), 5_i64.to_bytes(), 700_i32.to_bytes()].concat());
    client.receive().unwrap();
    server.pass(secs(500));
    client.expect(&help::GetConfig);
    server.pass(secs(199));
    assert!(is_open(&mut client));
    server.pass(SECOND);
    assert!(!is_open(&mut client));
}

/// More than fits between a client that does not read and the server.
const REPLIES: usize = 40;

#[test]
fn whoever_does_not_read_is_served_for_a_minute() {
    let server = StoppedServer::start(Config { contacts: 10_000, ..Config::default() });
    let mut client = server.logged_in();
    client.acks = false;
    let question = contacts::GetContacts { hash: 0 }.to_bytes();
    for (waits, is_served) in [(secs(59), true), (secs(60), false)] {
        let asked = (0..REPLIES).map(|_| client.send(true, &question)).collect::<Vec<_>>();
        server.pass(waits);
        let answered = asked.into_iter().all(|msg_id| client.wait_for_answer(msg_id).is_ok());
        assert_eq!(answered, is_served, "{waits:?}");
    }
}

#[test]
fn a_change_is_kept_in_the_file_a_tenth_of_a_second_later() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("store");
    let server = StoppedServer::start(Config { contacts: 3, store: Some(path.clone()), ..Config::default() });
    let kept = || std::fs::read(&path).unwrap();
    let before = kept();
    server.logged_in();
    server.pass(Duration::from_millis(99));
    assert!(kept() == before, "it waits for the rest of the burst");
    let last = server.keyed().key.unwrap();
    server.pass(Duration::from_millis(1));
    let started = Instant::now();
    while kept() == before {
        assert!(started.elapsed() < PATIENCE, "it is not written");
    }
    let last = STANDARD.encode(last.as_bytes());
    assert!(String::from_utf8(kept()).unwrap().contains(&last), "the whole burst, at once");
}

/// The fault `split`: each piece by itself, and two milliseconds between them.
#[test]
fn pieces_of_an_answer_come_one_after_the_other() {
    let server = StoppedServer::start(Config { contacts: 3, ..Config::default() });
    server.server.add_fault("split=20".parse::<FaultRule>().unwrap()).unwrap();
    let query = [0xbe7e_8ef1_u32.to_bytes(), vec![7; 16]].concat();
    let message = [vec![0; 8], vec![0, 0, 0, 0, 0, 0, 0, 0x65], 20_u32.to_bytes(), query].concat();
    let frame = [vec![0xee; 4], u32::try_from(message.len()).unwrap().to_bytes(), message].concat();
    let mut stream = knock(server.server.address(), &frame);
    for _ in 0..3 {
        stream.read_exact(&mut [0; 20]).unwrap();
        server.pass(Duration::from_millis(1));
        assert!(is_silent(&stream));
        server.pass(Duration::from_millis(1));
    }
}

/// `http_wait#9299359f max_delay:int wait_after:int max_wait:int = HttpWait`
fn http_wait(millis: [i32; 3]) -> Vec<u8> {
    [0x9299_359f_u32.to_bytes(), millis.map(|millis| millis.to_bytes()).concat()].concat()
}

/// Posts messages of a session; before each stands whether it is to be acknowledged.
fn post(server: &StoppedServer, client: &mut Client, bodies: &[(bool, Vec<u8>)]) -> TcpStream {
    let container = client.pack(bodies);
    let (msg_id, seq_no) = (client.next_msg_id(), client.next_seq_no(false));
    let sealed = client.seal(msg_id, seq_no, &container);
    let head = format!(
        "POST /api HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        sealed.len()
    );
    let http = server.server.web()[&2].http.unwrap();
    knock(http, &[head.as_bytes(), &sealed].concat())
}

/// A client to whom the server has nothing to say.
fn quiet(server: &StoppedServer) -> Client {
    let mut client = server.keyed();
    client.introduce();
    let received = client.log.iter().filter(|message| message.seq_no % 2 == 1);
    let ids = received.map(|message| message.msg_id).collect::<Vec<_>>();
    client.acknowledge(&ids);
    client
}

#[test]
fn a_request_that_waits_for_ever_is_answered_after_ten_minutes() {
    let server = with_every_door();
    let mut client = quiet(&server);
    let waiting = post(&server, &mut client, &[(false, http_wait([0, 0, i32::MAX]))]);
    server.pass(secs(599));
    assert!(is_silent(&waiting));
    server.pass(SECOND);
    assert_eq!(rest(waiting), "HTTP/1.1 200 OK");
}

#[test]
fn a_request_that_only_acknowledges_does_not_wait() {
    let server = with_every_door();
    let mut client = quiet(&server);
    let ack =
        || [0x62d6_b459_u32, 0x1cb5_c415, 1, 1, 0].into_iter().flat_map(u32::to_le_bytes).collect::<Vec<_>>();
    assert_eq!(rest(post(&server, &mut client, &[(false, ack())])), "HTTP/1.1 200 OK");
    let waiting = post(&server, &mut client, &[(false, ack()), (false, http_wait([0, 0, 25_000]))]);
    server.pass(secs(24));
    assert!(is_silent(&waiting));
    server.pass(SECOND);
    assert_eq!(rest(waiting), "HTTP/1.1 200 OK");
}

#[test]
fn an_answer_over_http_waits_half_a_minute_for_others_at_most() {
    let server = with_every_door();
    let mut client = quiet(&server);
    server.server.add_fault("delay=help.getNearestDc:1000".parse::<FaultRule>().unwrap()).unwrap();
    let call = InvokeWithLayer { layer: 230, query: introduction(help::GetNearestDc) }.to_bytes();
    // the call is acknowledged at once
    assert_eq!(rest(post(&server, &mut client, &[(true, call)])), "HTTP/1.1 200 OK");
    let waiting = post(&server, &mut client, &[(false, http_wait([i32::MAX, i32::MAX, 25_000]))]);
    server.pass(SECOND);
    server.pass(secs(29));
    assert!(is_silent(&waiting));
    server.pass(SECOND);
    assert_eq!(rest(waiting), "HTTP/1.1 200 OK");
}
