//! The session machine, driven by operations: any order of calls, and a server that has the key and says anything.

use std::collections::HashSet;
use std::time::Duration;

use bytes::Bytes;
use mtproto::Now;
use mtproto::crypto::ige;
use mtproto::crypto::kdf::{self, Sender};
use mtproto::schema::types;
use mtproto::session::{CallId, Config, Event, Resume, Session};
use tl_codec::Encode;

use crate::envelope::{key, seal_text, text};
use crate::input::Input;

const SALT: i64 = 0x5a17;
/// `rpc_result#f35c6d01`, `msg_container#73f1f8dc`, `gzip_packed#3072cfa1`
const RPC_RESULT: u32 = 0xf35c_6d01;
pub(crate) const MSG_CONTAINER: u32 = 0x73f1_f8dc;
const GZIP_PACKED: u32 = 0x3072_cfa1;
/// More than the operations of one input can make it send.
const MAX_SENT: usize = 10_000;

/// A session and what it was told and said.
struct Script {
    session: Session,
    now: Now,
    random: u64,
    calls: Vec<CallId>,
    ended: HashSet<CallId>,
    /// The ids of what was sent in the present session.
    sent_ids: Vec<i64>,
    frames: Vec<Vec<u8>>,
    server_ids: i64,
    is_connected: bool,
}

pub(crate) fn check(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut script = Script::new(input.byte().is_multiple_of(2));
    while !input.is_empty() {
        script.step(&mut input);
        script.drain();
    }
}

impl Script {
    fn new(clock_is_fresh: bool) -> Self {
        let mut seed = 7;
        let mut random = |bytes: &mut [u8]| fill(&mut seed, bytes);
        let resume = Resume { clock_is_fresh, ..Resume::new(key(), SALT) };
        let session = Session::new(Config::default(), resume, &mut random);
        let now = Now { monotonic: Duration::from_secs(1000), unix: Duration::from_secs(1_700_000_000) };
        Self {
            session,
            now,
            random: seed,
            calls: Vec::new(),
            ended: HashSet::new(),
            sent_ids: Vec::new(),
            frames: Vec::new(),
            server_ids: 0,
            is_connected: false,
        }
    }

    fn step(&mut self, input: &mut Input<'_>) {
        match input.below(12) {
            0 => {
                self.session.handle_connected(self.now);
                self.is_connected = true;
            }
            1 => self.disconnect(),
            2 => self.request(input.short()),
            3 => self.cancel(input),
            4 => self.advance(Duration::from_millis(u64::from(input.byte()) * 20)),
            5 => self.advance(Duration::from_secs(u64::from(input.byte()))),
            6 => {
                let frame = input.short().to_vec();
                self.hand_over(&frame);
            }
            7 => self.repeat(input),
            8 => {
                let body = self.container(input);
                self.say(input, &body);
            }
            _ => {
                let body = self.body(input);
                self.say(input, &body);
            }
        }
    }

    fn disconnect(&mut self) {
        self.session.handle_disconnected();
        self.is_connected = false;
        assert_eq!(self.session.poll_timeout(), None, "a timer without a connection");
    }

    fn request(&mut self, body: &[u8]) {
        let is_whole = !body.is_empty() && body.len().is_multiple_of(4);
        let call = self.session.request(Bytes::copy_from_slice(body));
        assert_eq!(call.is_ok(), is_whole);
        self.calls.extend(call);
    }

    fn cancel(&mut self, input: &mut Input<'_>) {
        if self.calls.is_empty() {
            return;
        }
        let call = self.calls[input.below(self.calls.len())];
        self.session.cancel(call);
        self.ended.insert(call);
    }

    fn advance(&mut self, by: Duration) {
        self.now.monotonic += by;
        self.now.unix += by;
        if self.session.poll_timeout().is_some_and(|due| due <= self.now.monotonic)
            && self.session.handle_timeout(self.now).is_err()
        {
            self.disconnect();
        }
    }

    /// A frame arrives; if it is refused, the connection is closed.
    fn hand_over(&mut self, frame: &[u8]) {
        if self.is_connected && self.session.handle_frame(self.now, frame.into()).is_err() {
            self.disconnect();
        }
    }

    fn repeat(&mut self, input: &mut Input<'_>) {
        if self.frames.is_empty() {
            return;
        }
        let frame = self.frames[input.below(self.frames.len())].clone();
        self.hand_over(&frame);
    }

    fn say(&mut self, input: &mut Input<'_>, body: &[u8]) {
        let (msg_id, seq_no) = (self.server_id(input), i32::from(input.byte() % 4));
        let frame = seal_text(&key(), text(SALT, self.session.session_id(), msg_id, seq_no, body));
        self.hand_over(&frame);
        self.frames.push(frame);
    }

    /// An id near the present, now and then far from it.
    fn server_id(&mut self, input: &mut Input<'_>) -> i64 {
        let choice = input.byte();
        let secs = if choice >= 0xf0 { i64::from(choice) * 4 - 3900 } else { 0 };
        self.server_ids += 4;
        let unix = i64::try_from(self.now.unix.as_secs()).expect("this century");
        ((unix + secs) << 32) + self.server_ids + i64::from(choice.is_multiple_of(2)) * 2 + 1
    }

    /// An id that the session has used, or one that it has not.
    fn known_id(&self, input: &mut Input<'_>) -> i64 {
        let choice = usize::from(input.byte());
        self.sent_ids.iter().rev().nth(choice % 16).copied().unwrap_or(4)
    }

    fn container(&mut self, input: &mut Input<'_>) -> Vec<u8> {
        let count = input.below(5);
        let mut body = MSG_CONTAINER.to_le_bytes().to_vec();
        let stated = i32::try_from(count).expect("few") + i32::from(input.byte() == 0xff);
        body.extend_from_slice(&stated.to_le_bytes());
        for _ in 0..count {
            let (msg_id, inner) = (self.server_id(input), self.body(input));
            let stated = i32::try_from(inner.len()).expect("short") + i32::from(input.byte() == 0xff) * 4;
            body.extend_from_slice(&msg_id.to_le_bytes());
            body.extend_from_slice(&i32::from(input.byte() % 4).to_le_bytes());
            body.extend_from_slice(&stated.to_le_bytes());
            body.extend_from_slice(&inner);
        }
        body
    }

    /// One of the messages that a server may send, about something or nothing.
    fn body(&self, input: &mut Input<'_>) -> Vec<u8> {
        let (kind, id) = (input.below(20), self.known_id(input));
        let code = i32::from(input.byte());
        let mut body = match kind {
            0 => types::MsgsAck { msg_ids: vec![id, 4] }.to_bytes(),
            1 => types::Pong { msg_id: id, ping_id: i64::from(code) }.to_bytes(),
            2 => types::BadServerSalt {
                bad_msg_id: id,
                bad_msg_seqno: 1,
                error_code: 48,
                new_server_salt: SALT,
            }
            .to_bytes(),
            3 => types::BadMsgNotification { bad_msg_id: id, bad_msg_seqno: 1, error_code: code % 70 }
                .to_bytes(),
            4 => types::NewSessionCreated { first_msg_id: id, unique_id: 5, server_salt: SALT }.to_bytes(),
            5 => types::MsgDetailedInfo { msg_id: id, answer_msg_id: 5, bytes: code, status: 0 }.to_bytes(),
            6 => types::MsgNewDetailedInfo { answer_msg_id: id, bytes: code << 20, status: 0 }.to_bytes(),
            7 => types::MsgsStateReq { msg_ids: vec![id, 8] }.to_bytes(),
            8 => types::MsgResendReq { msg_ids: vec![id, 8] }.to_bytes(),
            9 => types::MsgsStateInfo { req_msg_id: id, info: input.short().to_vec() }.to_bytes(),
            10 => types::MsgsAllInfo { msg_ids: vec![id], info: vec![1] }.to_bytes(),
            11 => types::FutureSalts { req_msg_id: id, now: code, salts: Vec::new() }.to_bytes(),
            12 => types::DestroySessionOk { session_id: id }.to_bytes(),
            13 => {
                [result_head(id), types::RpcError { error_code: code, error_message: "E".into() }.to_bytes()]
                    .concat()
            }
            14 => [result_head(id), GZIP_PACKED.to_bytes(), input.short().to_bytes()].concat(),
            15 | 16 => [result_head(id), input.short().to_vec()].concat(),
            17 => [GZIP_PACKED.to_bytes(), input.short().to_bytes()].concat(),
            _ => input.short().to_vec(),
        };
        body.resize(body.len().next_multiple_of(4), 0);
        // some are cut
        let keep = body.len() - 4 * (usize::from(input.byte() == 0xff) * body.len() / 8);
        body.truncate(keep);
        body
    }

    /// Takes what the session says, and holds it against the rules.
    fn drain(&mut self) {
        let mut count = 0;
        loop {
            let mut seed = self.random;
            let mut random = |bytes: &mut [u8]| fill(&mut seed, bytes);
            let frame = self.session.poll_transmit(self.now, &mut random);
            self.random = seed;
            let Some(frame) = frame else { break };
            assert!(self.is_connected, "it speaks without a connection");
            count += 1;
            assert!(count < MAX_SENT, "it never stops");
            self.sent(&frame);
        }
        while let Some(event) = self.session.poll_event() {
            let Event::Answer { call, .. } = event else { continue };
            assert!(self.calls.contains(&call), "an answer to nothing");
            assert!(self.ended.insert(call), "answered twice, or after it was given up");
        }
        assert_eq!(self.session.unanswered(), self.calls.len() - self.ended.len());
    }

    /// Opens what was sent.
    fn sent(&mut self, frame: &[u8]) {
        let key = key();
        let msg_key: [u8; 16] = frame[8..24].try_into().expect("16 bytes");
        let mut text = frame[24..].to_vec();
        ige::decrypt(&kdf::v2(&key, Sender::Client, &msg_key), &mut text).expect("whole blocks");
        assert_eq!(kdf::msg_key(&kdf::msg_key_large(&key, Sender::Client, &text)), msg_key);
        let long = |at: usize| i64::from_le_bytes(text[at..at + 8].try_into().expect("8 bytes"));
        let int = |at: usize| i32::from_le_bytes(text[at..at + 4].try_into().expect("4 bytes"));
        assert_eq!(long(8), self.session.session_id());
        let (msg_id, len) = (long(16), usize::try_from(int(28)).expect("a length"));
        assert!(msg_id % 4 == 0 && len % 4 == 0 && (12..=1024).contains(&(text.len() - 32 - len)));
        assert!(int(24) >= 0, "a sequence number");
        let body = &text[32..32 + len];
        self.sent_ids.push(msg_id);
        // a request may look like anything, but it is a content message, and a container is none
        let is_content = int(24) % 2 == 1;
        if !is_content && body.starts_with(&MSG_CONTAINER.to_le_bytes()) {
            let mut rest = &body[8..];
            while let Some((head, behind)) = rest.split_first_chunk::<16>() {
                let inner = i64::from_le_bytes(head[..8].try_into().expect("8 bytes"));
                assert!(inner % 4 == 0 && inner < msg_id, "a container is younger than what it holds");
                self.sent_ids.push(inner);
                let len = u32::from_le_bytes(head[12..].try_into().expect("4 bytes"));
                rest = &behind[usize::try_from(len).expect("a length")..];
            }
        }
    }
}

fn result_head(req_msg_id: i64) -> Vec<u8> {
    [RPC_RESULT.to_bytes(), req_msg_id.to_bytes()].concat()
}

/// xorshift64*
fn fill(seed: &mut u64, bytes: &mut [u8]) {
    for chunk in bytes.chunks_mut(8) {
        *seed ^= *seed >> 12;
        *seed ^= *seed << 25;
        *seed ^= *seed >> 27;
        let word = seed.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes();
        chunk.copy_from_slice(&word[..chunk.len()]);
    }
}

/// Short lives of a session: connected, asked, answered; broken off; one of each message.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let asked = [0, 0, 2, 8, 1, 1, 1, 1, 1, 1, 1, 1];
    let answer = [9, 15, 0, 0, 4, 5, 6, 7, 8, 0, 0, 1];
    let mut seeds = vec![
        [&asked[..], &answer].concat(),
        [&asked[..], &[1, 5, 3, 0], &answer].concat(),
        [&asked[..], &[3, 0, 4, 200, 5, 60, 5, 60]].concat(),
        [&asked[..], &[8, 3, 0, 1, 0, 0, 7, 0, 0, 0, 0, 0, 2, 0, 2, 0, 0], &answer, &[7, 0]].concat(),
    ];
    seeds.extend(
        (0..20).map(|kind| [&asked[..], &[9, kind, 0, 16, 4, 1, 2, 3, 4, 0, 0, 1], &answer].concat()),
    );
    seeds
}
