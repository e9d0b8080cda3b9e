//! Harm to the bytes of HTTP, and to messages that travel in it.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use testdc::{Config, Web};
use tl_api::functions::help;
use tl_codec::Encode;

use crate::client::Ended;
use crate::harness::TestServer;

fn serve() -> TestServer {
    let web = Web { http: Some(SocketAddr::from(([127, 0, 0, 1], 0))), ..Web::default() };
    TestServer::start(Config { contacts: 0, web, ..Config::default() })
}

/// One connection, over which requests go one after the other.
struct Http(TcpStream);

/// What came before the connection fell silent or ended.
#[derive(Debug)]
struct Broken {
    bytes: Vec<u8>,
    is_closed: bool,
}

impl Http {
    fn connect(server: &TestServer) -> Self {
        let stream = TcpStream::connect(server.web().http.unwrap()).unwrap();
        let http = Self(stream);
        http.wait_at_most(20_000);
        http
    }

    fn wait_at_most(&self, millis: u64) {
        self.0.set_read_timeout(Some(Duration::from_millis(millis))).unwrap();
    }

    /// Posts a message; gives the status and the body of the response.
    fn post(&mut self, content: &[u8]) -> Result<(u16, Vec<u8>), Broken> {
        let head = format!("POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", content.len());
        self.0.write_all(&[head.as_bytes(), content].concat()).unwrap();
        let mut bytes = Vec::new();
        loop {
            if let Some(response) = whole(&bytes) {
                return Ok(response);
            }
            let mut more = [0; 4096];
            match self.0.read(&mut more) {
                Ok(0) => return Err(Broken { bytes, is_closed: true }),
                Ok(len) => bytes.extend_from_slice(&more[..len]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return Err(Broken { bytes, is_closed: false });
                }
                Err(_) => return Err(Broken { bytes, is_closed: true }),
            }
        }
    }

    fn ask(&mut self) -> Result<(u16, Vec<u8>), Broken> {
        self.post(&query())
    }
}

/// A response, when all of it has come.
fn whole(bytes: &[u8]) -> Option<(u16, Vec<u8>)> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let status = head.split(' ').nth(1)?.parse().unwrap();
    let len = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse::<usize>().unwrap();
    (bytes.len() - end == len).then(|| (status, bytes[end..].to_vec()))
}

/// `req_pq_multi`, in a plain message.
fn query() -> Vec<u8> {
    [
        [0; 8].as_slice(),
        &[0, 0, 0, 0, 0, 0, 0, 0x65],
        &20_u32.to_le_bytes(),
        &0xbe7e_8ef1_u32.to_le_bytes(),
        &[7; 16],
    ]
    .concat()
}

#[test]
fn a_connection_of_requests_ends_or_falls_silent_at_a_byte() {
    let server = serve();
    for (name, is_closed) in [("close-at", true), ("stall-at", false)] {
        for at in [0, 30, 150] {
            server.add_fault(&format!("{name}={at}"));
            let mut http = Http::connect(&server);
            if !is_closed {
                http.wait_at_most(600);
            }
            let broken = http.ask().unwrap_err();
            assert_eq!((broken.bytes.len(), broken.is_closed), (at, is_closed), "{name}");
            // the fault was for that connection, and waits for no other one
            assert!(Http::connect(&server).ask().is_ok());
            assert!(server.keyed().call(&help::GetConfig).is_ok());
        }
    }
}

#[test]
fn responses_come_in_pieces() {
    let server = serve();
    let mut http = Http::connect(&server);
    let answer = http.ask().unwrap();
    server.add_fault("split=10");
    let started = Instant::now();
    let in_pieces = http.ask().unwrap();
    // two hundred bytes and more, 2 ms between ten and ten
    assert!(started.elapsed().as_millis() >= 38);
    assert_eq!((in_pieces.0, &in_pieces.1[20..80]), (answer.0, &answer.1[20..80]));
}

/// Each response is waited for, so that holding one back would be silence: the fault waits for a connection of frames.
#[test]
fn responses_are_not_held_back() {
    let server = serve();
    server.add_fault("merge=2");
    assert!(Http::connect(&server).ask().is_ok());
    let mut client = server.connect();
    client.wait_at_most(300);
    let ask = [0xbe7e_8ef1_u32.to_le_bytes().as_slice(), &[7; 16]].concat();
    assert_eq!(client.ask_plain(&ask), Err(Ended::Silence));
    client.wait_at_most(20_000);
    assert!(client.ask_plain(&ask).is_ok());
}

#[test]
fn a_transport_error_is_a_status() {
    let server = serve();
    server.add_fault("transport-error=req_pq_multi:-429");
    assert_eq!(Http::connect(&server).ask().unwrap(), (429, Vec::new()));
    server.add_fault("delay=req_pq_multi:200");
    let started = Instant::now();
    assert_eq!(Http::connect(&server).ask().unwrap().0, 200);
    assert!(started.elapsed().as_millis() >= 200);
}

#[test]
fn the_second_copy_of_a_message_is_the_answer_to_the_next_request() {
    let server = serve();
    let mut client = server.keyed();
    client.introduce();
    client.new_session();
    server.add_fault("duplicate=help.getNearestDc");
    let mut http = Http::connect(&server);
    let call = client.next_msg_id();
    let seq_no = client.next_seq_no(true);
    let mut content = client.seal(call, seq_no, &help::GetNearestDc.to_bytes());
    let mut copies = Vec::new();
    for _ in 0..4 {
        let (status, body) = http.post(&content).unwrap();
        assert_eq!(status, 200);
        let is_answer =
            |body: &[u8]| body[..4] == 0xf35c_6d01_u32.to_le_bytes() && body[4..12] == call.to_le_bytes();
        copies.extend(client.unseal(&body).into_iter().filter(|message| is_answer(&message.body)));
        // http_wait#9299359f max_delay:int wait_after:int max_wait:int
        let wait = [0x9299_359f_u32, 0, 0, 200].map(u32::to_le_bytes).concat();
        let (msg_id, seq_no) = (client.next_msg_id(), client.next_seq_no(false));
        content = client.seal(msg_id, seq_no, &wait);
    }
    assert_eq!(copies.len(), 2, "and no third one");
    assert_eq!((copies[0].msg_id, &copies[0].body), (copies[1].msg_id, &copies[1].body));
}
