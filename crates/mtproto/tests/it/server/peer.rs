//! The server's side of sessions: it does each request once, keeps its answer until it is acknowledged, and repeats what
//! was not acknowledged on every new connection.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mtproto::crypto::AuthKey;
use mtproto::schema::{functions, types};
use tl_codec::{Constructor as _, Decode as _, Encode as _};

use crate::server::envelope::{self, Message};

/// The answer to a request, by its body.
pub(crate) type Serve = Box<dyn FnMut(&[u8]) -> Vec<u8> + Send>;

/// A server that knows one key.
pub(crate) struct Peer {
    key: AuthKey,
    pub(crate) salt: i64,
    sessions: BTreeMap<i64, PeerSession>,
    desk: Desk,
}

/// Where requests are done.
struct Desk {
    serve: Serve,
    done: Vec<Vec<u8>>,
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
        Self { key, salt, sessions: BTreeMap::new(), desk: Desk { serve, done: Vec::new() } }
    }

    /// The bodies of all requests that were done, in their order.
    pub(crate) fn done(&self) -> &[Vec<u8>] {
        &self.desk.done
    }

    /// A new connection: what was not acknowledged will be sent again.
    pub(crate) fn connected(&mut self) {
        self.sessions.values_mut().for_each(|session| session.on_this_connection = false);
    }

    /// Takes an envelope and returns the envelope to send, if any.
    pub(crate) fn handle(&mut self, now: Duration, frame: &[u8]) -> Option<Vec<u8>> {
        let from = envelope::open(&self.key, frame);
        let is_new = !self.sessions.contains_key(&from.session_id);
        let session = self.sessions.entry(from.session_id).or_default();
        let mut out = if from.salt == self.salt {
            session.take(now, is_new.then_some(self.salt), from.message, &mut self.desk)
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
        Some(envelope::seal(&self.key, self.salt, from.session_id, &outer))
    }
}

impl PeerSession {
    /// Takes a message or container; `new_with_salt` if it is the first of the session.
    fn take(
        &mut self,
        now: Duration,
        new_with_salt: Option<i64>,
        message: Message,
        desk: &mut Desk,
    ) -> Vec<Message> {
        let messages = message.unpacked();
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
                out.extend(self.serve(now, message, desk));
            } else {
                out.extend(self.answers.get(&message.msg_id).cloned());
            }
        }
        out
    }

    fn serve(&mut self, now: Duration, message: Message, desk: &mut Desk) -> Option<Message> {
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
            functions::RpcDropAnswer::ID => None,
            _ => {
                assert_eq!(message.seq_no % 2, 1, "a request is a content message");
                let result = (desk.serve)(&message.body);
                desk.done.push(message.body);
                let head = [&types::RpcResult::ID.to_le_bytes()[..], &message.msg_id.to_le_bytes()].concat();
                let answer = self.message(now, true, true, [head, result].concat());
                self.answers.insert(message.msg_id, answer.clone());
                Some(answer)
            }
        }
    }
}
