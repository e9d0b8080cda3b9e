//! The server's side of sessions: it does each request once, keeps its answer until it is acknowledged, and repeats what
//! was not acknowledged on every new connection.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::time::Duration;

use flate2::read::GzDecoder;
use mtproto::crypto::AuthKey;
use mtproto::schema::{functions, types};
use tl_codec::{Constructor as _, Decode as _, Encode as _};

use crate::server::binding::{BIND_TEMP_AUTH_KEY, KeyRing, Standing};
use crate::server::envelope::{self, FromClient, Message};

/// The answer to a request, by its body.
pub(crate) type Serve = Box<dyn FnMut(&[u8]) -> Vec<u8> + Send>;

/// The transport error for a key that the server does not know.
const UNKNOWN_KEY: [u8; 4] = (-404_i32).to_le_bytes();

/// A server with its keys and sessions.
pub(crate) struct Peer {
    pub(crate) keys: KeyRing,
    pub(crate) salt: i64,
    /// How far its clock is ahead.
    pub(crate) skew_secs: i64,
    /// How many envelopes were no client's.
    pub(crate) refused: usize,
    /// So many answers to bindings are made and get lost: they come when the client asks again.
    pub(crate) lost_bindings: usize,
    sessions: BTreeMap<i64, PeerSession>,
    desk: Desk,
}

/// Where requests are done.
struct Desk {
    serve: Serve,
    done: Vec<Vec<u8>>,
}

/// What came together in one envelope.
struct Arrival<'a> {
    now: Duration,
    key: &'a AuthKey,
    standing: Standing,
    from: &'a FromClient,
}

#[derive(Default)]
struct PeerSession {
    seen: BTreeSet<i64>,
    answers: BTreeMap<i64, Message>,
    unacked: BTreeMap<i64, Message>,
    content_count: i32,
    last_msg_id: i64,
    on_this_connection: bool,
}

impl PeerSession {
    fn message(&mut self, now: Duration, is_answer: bool, is_content: bool, body: Vec<u8>) -> Message {
        let base = i64::try_from(now.as_secs()).unwrap() << 32;
        let id = base.max((self.last_msg_id & !3) + 4) | if is_answer { 1 } else { 3 };
        self.last_msg_id = id;
        let seq_no = self.content_count * 2 + i32::from(is_content);
        self.content_count += i32::from(is_content);
        let message = Message::new(id, seq_no, body);
        if is_content {
            self.unacked.insert(id, message.clone());
        }
        message
    }
}

impl Peer {
    pub(crate) fn new(key: AuthKey, salt: i64, serve: Serve) -> Self {
        let mut keys = KeyRing::default();
        keys.insert(key, Standing::Permanent);
        Self {
            keys,
            salt,
            skew_secs: 0,
            refused: 0,
            lost_bindings: 0,
            sessions: BTreeMap::new(),
            desk: Desk { serve, done: Vec::new() },
        }
    }

    /// The bodies of all requests that were done, in their order.
    pub(crate) fn done(&self) -> &[Vec<u8>] {
        &self.desk.done
    }

    /// A new connection: what was not acknowledged will be sent again.
    pub(crate) fn connected(&mut self) {
        self.sessions.values_mut().for_each(|session| session.on_this_connection = false);
    }

    /// Forgets every session: another process has taken over.
    pub(crate) fn forget_sessions(&mut self) {
        self.sessions.clear();
    }

    fn present(&self, now: Duration) -> Duration {
        let skew = Duration::from_secs(self.skew_secs.unsigned_abs());
        if self.skew_secs < 0 { now.saturating_sub(skew) } else { now + skew }
    }

    /// Takes an envelope and returns the envelope to send, if any.
    pub(crate) fn handle(&mut self, now: Duration, frame: &[u8]) -> Option<Vec<u8>> {
        let Some((key, standing)) = self.keys.of(frame) else {
            self.refused += 1;
            return Some(UNKNOWN_KEY.to_vec());
        };
        let Some(from) = envelope::try_open(&key, frame) else {
            self.refused += 1;
            return None;
        };
        let now = self.present(now);
        let arrival = Arrival { now, key: &key, standing, from: &from };
        let is_new = !self.sessions.contains_key(&from.session_id);
        let session = self.sessions.entry(from.session_id).or_default();
        let mut out = if let Some(error_code) = wrong_time(now, from.message.msg_id) {
            let (bad_msg_id, bad_msg_seqno) = (from.message.msg_id, from.message.seq_no);
            let bad = types::BadMsgNotification { bad_msg_id, bad_msg_seqno, error_code };
            vec![session.message(now, true, false, bad.to_bytes())]
        } else if from.salt == self.salt {
            let mut out = session.take(&arrival, is_new.then_some(self.salt), &mut self.keys, &mut self.desk);
            let is_lost = self.lost_bindings > 0 && from.message.clone().unpacked().iter().any(binds);
            if is_lost {
                self.lost_bindings -= 1;
                out.retain(|answer| answer.id() != types::RpcResult::ID);
            }
            out
        } else {
            let bad = types::BadServerSalt {
                bad_msg_id: from.message.msg_id,
                bad_msg_seqno: from.message.seq_no,
                error_code: 48,
                new_server_salt: self.salt,
            };
            vec![session.message(now, true, false, bad.to_bytes())]
        };
        let outer = match out.len() {
            0 => return None,
            1 => out.remove(0),
            _ => session.message(now, false, false, envelope::container(&out)),
        };
        Some(envelope::seal(&key, self.salt, from.session_id, &outer))
    }
}

impl PeerSession {
    /// Takes a message or container; `new_with_salt` if it is the first of the session.
    fn take(
        &mut self,
        arrival: &Arrival<'_>,
        new_with_salt: Option<i64>,
        keys: &mut KeyRing,
        desk: &mut Desk,
    ) -> Vec<Message> {
        let now = arrival.now;
        let messages = arrival.from.message.clone().unpacked();
        let mut out = Vec::new();
        if let Some(server_salt) = new_with_salt {
            let first_msg_id = messages.iter().map(|message| message.msg_id).min().unwrap();
            let created = types::NewSessionCreated { first_msg_id, unique_id: 1, server_salt };
            out.push(self.message(now, false, true, created.to_bytes()));
        } else if !self.on_this_connection {
            out.extend(self.unacked.values().cloned());
        }
        self.on_this_connection = true;
        for message in messages {
            if self.seen.insert(message.msg_id) {
                out.extend(self.serve(arrival, &message, keys, desk));
            } else {
                out.extend(self.answers.get(&message.msg_id).cloned());
            }
        }
        out
    }

    fn serve(
        &mut self,
        arrival: &Arrival<'_>,
        message: &Message,
        keys: &mut KeyRing,
        desk: &mut Desk,
    ) -> Option<Message> {
        let now = arrival.now;
        match message.id() {
            types::MsgsAck::ID => {
                for id in &types::MsgsAckRef::from_bytes(&message.body).unwrap().msg_ids {
                    self.unacked.remove(&id);
                }
                None
            }
            functions::PingDelayDisconnect::ID => {
                let ping = functions::PingDelayDisconnect::from_bytes(&message.body).unwrap();
                let body = types::Pong { msg_id: message.msg_id, ping_id: ping.ping_id }.to_bytes();
                Some(self.message(now, true, false, body))
            }
            types::MsgsStateReq::ID => {
                let asked = types::MsgsStateReqRef::from_bytes(&message.body).unwrap().msg_ids;
                let info = asked.iter().map(|id| if self.seen.contains(&id) { 4 } else { 2 }).collect();
                let body = types::MsgsStateInfo { req_msg_id: message.msg_id, info }.to_bytes();
                Some(self.message(now, true, false, body))
            }
            functions::RpcDropAnswer::ID
            | functions::DestroySession::ID
            | functions::GetFutureSalts::ID
            | types::HttpWait::ID => None,
            _ => {
                assert_eq!(message.seq_no % 2, 1, "a request is a content message");
                let body = unzipped(message.body.clone());
                let result = match arrival.standing {
                    _ if binds(message) => keys.bind(arrival.key, arrival.from, message.msg_id, &body),
                    Standing::Unbound => unbound(),
                    Standing::Permanent | Standing::BoundTo(_) => {
                        let result = (desk.serve)(&body);
                        desk.done.push(body);
                        result
                    }
                };
                let head = [&types::RpcResult::ID.to_le_bytes()[..], &message.msg_id.to_le_bytes()].concat();
                let answer = self.message(now, true, true, [head, result].concat());
                self.answers.insert(message.msg_id, answer.clone());
                Some(answer)
            }
        }
    }
}

fn binds(message: &Message) -> bool {
    message.id() == BIND_TEMP_AUTH_KEY
}

/// What is wrong with an id that is 300 s old, or 30 s ahead.
fn wrong_time(now: Duration, msg_id: i64) -> Option<i32> {
    let ahead = (msg_id >> 32) - i64::try_from(now.as_secs()).unwrap();
    match ahead {
        ..-300 => Some(16),
        -300..=30 => None,
        _ => Some(17),
    }
}

fn unbound() -> Vec<u8> {
    types::RpcError { error_code: 401, error_message: "AUTH_KEY_PERM_EMPTY".into() }.to_bytes()
}

/// A request as it was before it was packed.
fn unzipped(body: Vec<u8>) -> Vec<u8> {
    let Ok(packed) = types::GzipPackedRef::from_bytes(&body) else { return body };
    let mut out = Vec::new();
    GzDecoder::new(packed.packed_data).read_to_end(&mut out).unwrap();
    out
}
