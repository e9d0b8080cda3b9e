//! A client made of bytes: no rule that it could not break.
//!
//! It is for these tests alone and shares nothing with the server but the cryptographic functions.

mod calls;
mod exchange;
mod framing;
pub(crate) mod srp;

use std::collections::{HashMap, VecDeque};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{SystemTime, UNIX_EPOCH};

use flate2::read::GzDecoder;
use mtproto::crypto::kdf::{self, Sender};
use mtproto::crypto::{AuthKey, ige};
use testdc::Entropy;
use tl_codec::{Decode, Encode, Function, RawBytes, Reader, Shape};

pub(crate) use calls::{code_hash, introduction};
pub(crate) use exchange::Failed;
pub(crate) use framing::Framing;

use crate::harness::PATIENCE;

/// A refusal by the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) code: i32,
    pub(crate) text: String,
}

/// A message of the server, out of its container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) msg_id: i64,
    pub(crate) seq_no: i32,
    pub(crate) body: Vec<u8>,
    /// Whether the body of the result was packed.
    pub(crate) in_container: bool,
}

impl Received {
    pub(crate) fn id(&self) -> u32 {
        u32::from_le_bytes(self.body[..4].try_into().unwrap())
    }
}

/// What came instead of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The server closed the connection, after so many bytes of an unfinished frame.
    Closed { unfinished_bytes: usize },
    /// A transport error.
    Error(i32),
    /// Nothing came.
    Silence,
}

pub(crate) struct Client {
    stream: TcpStream,
    address: SocketAddr,
    framing: Framing,
    buffer: Vec<u8>,
    pub(crate) key: Option<AuthKey>,
    pub(crate) salt: i64,
    pub(crate) session_id: i64,
    pub(crate) entropy: Entropy,
    /// Seconds that the client's clock is wrong.
    pub(crate) skew_secs: i64,
    last_msg_id: i64,
    content_count: i32,
    pending: VecDeque<Received>,
    /// Everything that was received, in order.
    pub(crate) log: Vec<Received>,
    to_ack: Vec<i64>,
    pub(crate) acks: bool,
    answers: HashMap<i64, Vec<u8>>,
    pub(crate) packed_answers: usize,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr, mut framing: Framing) -> Self {
        let mut stream = open(address);
        stream.write_all(framing.tag()).unwrap();
        let mut entropy = Entropy::from_system().unwrap();
        let session_id = entropy.long();
        framing.reset();
        Self {
            stream,
            address,
            framing,
            buffer: Vec::new(),
            key: None,
            salt: 0,
            session_id,
            entropy,
            skew_secs: 0,
            last_msg_id: 0,
            content_count: 0,
            pending: VecDeque::new(),
            log: Vec::new(),
            to_ack: Vec::new(),
            acks: true,
            answers: HashMap::new(),
            packed_answers: 0,
        }
    }

    /// A new connection for the same key and session.
    pub(crate) fn reconnect(&mut self) {
        self.stream = open(self.address);
        self.stream.write_all(self.framing.tag()).unwrap();
        self.framing.reset();
        self.buffer.clear();
        self.pending.clear();
    }

    /// Somebody who has stolen the key: another connection, another session.
    pub(crate) fn copy(&self) -> Self {
        let mut copy = Self::connect(self.address, Framing::Intermediate);
        copy.key.clone_from(&self.key);
        copy.salt = self.salt;
        copy
    }

    /// Goes on at another address, with the same key and a new session.
    pub(crate) fn move_to(&mut self, address: SocketAddr) {
        self.address = address;
        self.reconnect();
        self.new_session();
    }

    pub(crate) fn new_session(&mut self) {
        self.session_id = self.entropy.long();
        self.content_count = 0;
        self.last_msg_id = 0;
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Waits less long for the next bytes.
    pub(crate) fn wait_at_most(&self, millis: u64) {
        self.stream.set_read_timeout(Some(std::time::Duration::from_millis(millis))).unwrap();
    }

    pub(crate) fn send_frame(&mut self, content: &[u8]) {
        let mut wire = Vec::new();
        self.framing.encode(content, false, &mut wire);
        // a server that has closed makes this fail; the next read says so
        let _written = self.stream.write_all(&wire);
    }

    pub(crate) fn send_frame_with_quick_ack(&mut self, content: &[u8]) {
        let mut wire = Vec::new();
        self.framing.encode(content, true, &mut wire);
        self.stream.write_all(&wire).unwrap();
    }

    /// The raw bytes that come next.
    pub(crate) fn read_exactly(&mut self, len: usize) -> Vec<u8> {
        while self.buffer.len() < len {
            self.read_more().unwrap();
        }
        self.buffer.drain(..len).collect()
    }

    fn read_more(&mut self) -> Result<(), Ended> {
        let mut chunk = vec![0; 65_536];
        match self.stream.read(&mut chunk) {
            Ok(0) => Err(Ended::Closed { unfinished_bytes: self.buffer.len() }),
            Ok(len) => {
                self.buffer.extend_from_slice(&chunk[..len]);
                Ok(())
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Err(Ended::Silence)
            }
            Err(_) => Err(Ended::Closed { unfinished_bytes: self.buffer.len() }),
        }
    }

    /// The content of the next frame.
    pub(crate) fn read_frame(&mut self) -> Result<Vec<u8>, Ended> {
        loop {
            if let Some(content) = self.framing.decode(&mut self.buffer) {
                return match content.len() {
                    4..16 => Err(Ended::Error(i32::from_le_bytes(content[..4].try_into().unwrap()))),
                    _ => Ok(content),
                };
            }
            self.read_more()?;
        }
    }

    pub(crate) fn next_msg_id(&mut self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let secs = i64::try_from(now.as_secs()).unwrap() + self.skew_secs;
        let id = (secs << 32) | (i64::from(now.subsec_nanos()) << 2);
        self.last_msg_id = id.max(self.last_msg_id + 4);
        self.last_msg_id
    }

    pub(crate) fn next_seq_no(&mut self, is_content: bool) -> i32 {
        let seq_no = self.content_count * 2 + i32::from(is_content);
        self.content_count += i32::from(is_content);
        seq_no
    }

    /// A message as it goes into a frame.
    pub(crate) fn seal(&mut self, msg_id: i64, seq_no: i32, body: &[u8]) -> Vec<u8> {
        let key = self.key.clone().unwrap();
        let mut plain = Vec::new();
        for long in [self.salt, self.session_id, msg_id] {
            plain.extend_from_slice(&long.to_le_bytes());
        }
        plain.extend_from_slice(&seq_no.to_le_bytes());
        plain.extend_from_slice(&u32::try_from(body.len()).unwrap().to_le_bytes());
        plain.extend_from_slice(body);
        let padding = 12 + (plain.len() + 12).wrapping_neg() % 16;
        plain.extend_from_slice(&self.entropy.bytes(padding));
        let msg_key = kdf::msg_key(&kdf::msg_key_large(&key, Sender::Client, &plain));
        ige::encrypt(&kdf::v2(&key, Sender::Client, &msg_key), &mut plain).unwrap();
        [key.id().to_le_bytes().as_slice(), &msg_key, &plain].concat()
    }

    /// A container of messages; before each stands whether it is to be acknowledged.
    pub(crate) fn pack(&mut self, bodies: &[(bool, Vec<u8>)]) -> Vec<u8> {
        let count = i32::try_from(bodies.len()).unwrap();
        let mut container = [0x73f1_f8dc_u32.to_bytes(), count.to_bytes()].concat();
        for (is_content, body) in bodies {
            self.next_msg_id().encode(&mut container);
            self.next_seq_no(*is_content).encode(&mut container);
            u32::try_from(body.len()).unwrap().encode(&mut container);
            container.extend_from_slice(body);
        }
        container
    }

    /// Sends one message; gives its id.
    pub(crate) fn send(&mut self, is_content: bool, body: &[u8]) -> i64 {
        let (msg_id, seq_no) = (self.next_msg_id(), self.next_seq_no(is_content));
        let sealed = self.seal(msg_id, seq_no, body);
        self.send_frame(&sealed);
        msg_id
    }

    /// Checks a message of the server as a client must, and takes it apart.
    pub(crate) fn unseal(&self, content: &[u8]) -> Vec<Received> {
        let key = self.key.clone().unwrap();
        assert_eq!(content[..8], key.id().to_le_bytes());
        let msg_key: [u8; 16] = content[8..24].try_into().unwrap();
        let mut plain = content[24..].to_vec();
        ige::decrypt(&kdf::v2(&key, Sender::Server, &msg_key), &mut plain).unwrap();
        assert_eq!(kdf::msg_key(&kdf::msg_key_large(&key, Sender::Server, &plain)), msg_key);
        let mut reader = Reader::new(&plain);
        let _salt = reader.long().unwrap();
        assert_eq!(reader.long(), Ok(self.session_id));
        let (msg_id, seq_no) = (reader.long().unwrap(), reader.int().unwrap());
        let len = usize::try_from(reader.int().unwrap()).unwrap();
        let padding = plain.len() - 32 - len;
        assert!((12..=1024).contains(&padding) && msg_id % 2 == 1);
        let body = plain[32..32 + len].to_vec();
        let whole = Received { msg_id, seq_no, body, in_container: false };
        if whole.id() == 0x73f1_f8dc { split_container(&whole) } else { vec![whole] }
    }

    /// Reads messages until one comes that does not open, and says whether one came.
    pub(crate) fn read_until_it_does_not_open(&mut self) -> bool {
        let key = self.key.clone().unwrap();
        while let Ok(content) = self.read_frame() {
            let msg_key: [u8; 16] = content[8..24].try_into().unwrap();
            let mut plain = content[24..].to_vec();
            ige::decrypt(&kdf::v2(&key, Sender::Server, &msg_key), &mut plain).unwrap();
            if kdf::msg_key(&kdf::msg_key_large(&key, Sender::Server, &plain)) != msg_key {
                return true;
            }
        }
        false
    }

    /// The next message of the server.
    pub(crate) fn receive(&mut self) -> Result<Received, Ended> {
        loop {
            if let Some(message) = self.pending.pop_front() {
                self.note(&message);
                return Ok(message);
            }
            let content = self.read_frame()?;
            let messages = self.unseal(&content);
            self.pending.extend(messages);
        }
    }

    /// What every client does with a message: remembers answers and salts, acknowledges.
    fn note(&mut self, message: &Received) {
        self.log.push(message.clone());
        if message.seq_no % 2 == 1 {
            self.to_ack.push(message.msg_id);
        }
        let mut reader = Reader::new(&message.body);
        match reader.word().unwrap() {
            0xf35c_6d01 => {
                let req_msg_id = reader.long().unwrap();
                let object = self.unpack(reader.take_rest());
                self.answers.insert(req_msg_id, object);
            }
            // bad_server_salt, new_session_created
            0xedab_447b | 0x9ec2_0908 => {
                self.salt = i64::from_le_bytes(message.body[20..28].try_into().unwrap());
            }
            _ => {}
        }
        if self.acks && self.to_ack.len() >= 8 {
            let ids = std::mem::take(&mut self.to_ack);
            self.acknowledge(&ids);
        }
    }

    pub(crate) fn acknowledge(&mut self, ids: &[i64]) {
        let mut body = 0x62d6_b459_u32.to_bytes();
        ids.encode(&mut body);
        self.send(false, &body);
    }

    fn unpack(&mut self, object: &[u8]) -> Vec<u8> {
        let mut reader = Reader::new(object);
        if reader.word() != Ok(0x3072_cfa1) {
            return object.to_vec();
        }
        self.packed_answers += 1;
        let mut out = Vec::new();
        GzDecoder::new(reader.bytes().unwrap()).read_to_end(&mut out).unwrap();
        out
    }

    /// The object that answers a call; salts that were refused are replaced on the way.
    pub(crate) fn wait_for_answer(&mut self, msg_id: i64) -> Result<Vec<u8>, Ended> {
        loop {
            if let Some(answer) = self.answers.remove(&msg_id) {
                return Ok(answer);
            }
            self.receive()?;
        }
    }

    /// A call by its bytes. A message that is refused for its salt is sent once more.
    pub(crate) fn call_raw(&mut self, body: &[u8]) -> Result<Vec<u8>, Ended> {
        let msg_id = self.send(true, body);
        loop {
            if let Some(answer) = self.answers.remove(&msg_id) {
                return Ok(answer);
            }
            let message = self.receive()?;
            let refused = message.id() == 0xedab_447b && message.body[4..12] == msg_id.to_le_bytes();
            if refused {
                return self.call_raw(body);
            }
        }
    }

    /// A typed call.
    pub(crate) fn call<F: Function>(&mut self, function: &F) -> Result<RawBytes, Refused> {
        let answer = self.call_raw(&function.to_bytes()).unwrap();
        refusal(&answer).map_or(Ok(RawBytes(answer)), Err)
    }

    /// A call that must succeed, with its answer as text of its type.
    pub(crate) fn expect<F: Function>(&mut self, function: &F) -> Vec<u8> {
        self.call(function).unwrap().0
    }
}

/// Reads a whole object of a type; a test fails if it is not one.
pub(crate) trait ReadWhole: Shape {
    fn read_whole(bytes: &[u8]) -> Self::Ref<'_> {
        Self::Ref::from_bytes(bytes).unwrap()
    }
}

impl<S: Shape> ReadWhole for S {}

/// The refusal in an answer.
pub(crate) fn refusal(answer: &[u8]) -> Option<Refused> {
    let mut reader = Reader::new(answer);
    if reader.word() != Ok(0x2144_ca19) {
        return None;
    }
    let code = reader.int().unwrap();
    Some(Refused { code, text: String::from_utf8(reader.bytes().unwrap().to_vec()).unwrap() })
}

fn open(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

fn split_container(container: &Received) -> Vec<Received> {
    let mut reader = Reader::new(&container.body[4..]);
    let count = reader.int().unwrap();
    (0..count)
        .map(|_| {
            let (msg_id, seq_no) = (reader.long().unwrap(), reader.int().unwrap());
            assert!(msg_id < container.msg_id && seq_no <= container.seq_no);
            let len = usize::try_from(reader.int().unwrap()).unwrap();
            let (body, rest) = reader.take_rest().split_at(len);
            reader = Reader::new(rest);
            Received { msg_id, seq_no, body: body.to_vec(), in_container: true }
        })
        .collect()
}
