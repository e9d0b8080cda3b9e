//! Sessions: everything between an opened envelope and a call of the API (protocol, "Mobile Protocol: Detailed
//! Description" and "Service Messages").
//!
//! **Owns** one client session: which messages are refused and how, containers and `gzip_packed` unfolded, service
//! messages answered, calls handed out, answers numbered, packed and kept until acknowledged. **Must not know** sockets,
//! keys, or what a call means. Time and randomness are arguments.
//!
//! [`Session::accept`] takes a message in and gives back what is to be done; [`Session::answer`] takes an answer in;
//! [`Session::pop`] gives messages out.
//!
//! Read next: `inbound.rs` (unfolding), `received.rs` (rules), `service.rs` (service messages), `outbox.rs`.

mod inbound;
mod outbox;
mod received;
mod salts;
mod service;

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tl_codec::Encode;
use tokio::sync::Notify;

use crate::clock::UnixTime;
use crate::entropy::Entropy;
use crate::envelope::Opened;
use inbound::Inbound;
use outbox::Outbox;
use received::{Freshness, Received};

pub(crate) use outbox::{Kind, Outgoing, ReplyTo};
pub(crate) use received::check_msg_id;
pub(crate) use salts::Salts;

/// `new_session_created#9ec20908 first_msg_id:long unique_id:long server_salt:long = NewSession`
const NEW_SESSION_CREATED: u32 = 0x9ec2_0908;
/// `bad_msg_notification#a7eff811 bad_msg_id:long bad_msg_seqno:int error_code:int = BadMsgNotification`
const BAD_MSG_NOTIFICATION: u32 = 0xa7ef_f811;
/// `bad_server_salt#edab447b bad_msg_id:long bad_msg_seqno:int error_code:int new_server_salt:long`
const BAD_SERVER_SALT: u32 = 0xedab_447b;
/// `rpc_result#f35c6d01 req_msg_id:long result:Object = RpcResult`
const RPC_RESULT: u32 = 0xf35c_6d01;
/// `msgs_ack#62d6b459 msg_ids:Vector<long> = MsgsAck`
const MSGS_ACK: u32 = 0x62d6_b459;

/// Why a message is refused (protocol, "Notice of Ignored Error Message").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadMsg {
    MsgIdTooLow,
    MsgIdTooHigh,
    MsgIdBits,
    ContainerRepeated,
    TooOld,
    SeqNoTooLow,
    SeqNoTooHigh,
    SeqNoNotEven,
    SeqNoNotOdd,
    InvalidContainer,
    /// Scripted.
    Other(i32),
}

impl BadMsg {
    pub(crate) fn code(self) -> i32 {
        match self {
            Self::MsgIdTooLow => 16,
            Self::MsgIdTooHigh => 17,
            Self::MsgIdBits => 18,
            Self::ContainerRepeated => 19,
            Self::TooOld => 20,
            Self::SeqNoTooLow => 32,
            Self::SeqNoTooHigh => 33,
            Self::SeqNoNotEven => 34,
            Self::SeqNoNotOdd => 35,
            Self::InvalidContainer => 64,
            Self::Other(code) => code,
        }
    }
}

/// A call of the API that a message holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) msg_id: i64,
    pub(crate) body: Vec<u8>,
}

/// What a message asks of the world outside its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    Call(Call),
    /// An acknowledgement, which has no answer.
    Nothing,
    /// Close the connection after so long, unless asked again.
    DisconnectAfter(Duration),
    /// Keep the HTTP request until there is something to say.
    HttpWait(HttpWait),
    /// Answer `get_future_salts`, which are the key's.
    FutureSalts {
        msg_id: i64,
        count: usize,
    },
    /// Forget another session of the key.
    DestroySession {
        session_id: i64,
    },
    /// Forget the key.
    DestroyAuthKey,
}

/// How long an HTTP request may be kept (protocol, "HTTP: long poll").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HttpWait {
    /// After the first message that could be sent.
    pub(crate) max_delay: Duration,
    /// After the last message that could be sent.
    pub(crate) wait_after: Duration,
    /// As long as there is none.
    pub(crate) max_wait: Duration,
}

impl Default for HttpWait {
    /// What holds for a request that does not say.
    fn default() -> Self {
        Self { max_delay: Duration::ZERO, wait_after: Duration::ZERO, max_wait: Duration::from_secs(25) }
    }
}

/// One session of a client.
#[derive(Debug)]
pub(crate) struct Session {
    received: Received,
    outbox: Outbox,
    /// Messages that are sent once more as they were.
    copies: VecDeque<Outgoing>,
    /// Calls without an answer yet.
    running: HashSet<i64>,
    is_announced: bool,
    /// The connection that serves the session, and its bell.
    link: Option<(u64, Arc<Notify>)>,
    pub(crate) last_used: UnixTime,
    /// Whether the client has made a call here that was not wrapped in `invokeWithoutUpdates`.
    pub(crate) takes_updates: bool,
}

impl Session {
    pub(crate) fn new(now: UnixTime) -> Self {
        Self {
            received: Received::default(),
            outbox: Outbox::default(),
            copies: VecDeque::new(),
            running: HashSet::new(),
            is_announced: false,
            link: None,
            last_used: now,
            takes_updates: false,
        }
    }

    /// Ties the session to a connection. On another one than before, everything un-acknowledged is sent again.
    pub(crate) fn attach(&mut self, link_id: u64, bell: &Arc<Notify>, now: UnixTime) {
        self.last_used = now;
        let before = self.link.replace((link_id, Arc::clone(bell)));
        if before.is_some_and(|(before, _)| before != link_id) {
            self.outbox.resend_unacked(now);
        }
    }

    /// As [`attach`](Self::attach) for an HTTP request: all requests of the session wait for one bell, and none of them
    /// takes the place of another.
    pub(crate) fn attach_request(&mut self, link_id: u64, now: UnixTime) -> Arc<Notify> {
        let bell = match &self.link {
            Some((before, bell)) if *before == link_id => Arc::clone(bell),
            _ => Arc::default(),
        };
        self.attach(link_id, &bell, now);
        bell
    }

    /// Takes a message whose salt and time are right. `salt` is told to a session that is new.
    pub(crate) fn accept(
        &mut self,
        opened: &Opened,
        salt: i64,
        now: UnixTime,
        entropy: &mut Entropy,
    ) -> Vec<Demand> {
        let outer = Inbound::of(opened);
        match self.check_outer(&outer) {
            Ok(Freshness::New) => {}
            Ok(Freshness::Repeated) => {
                self.answer_repetition(outer.msg_id, now);
                return Vec::new();
            }
            Err(fault) => {
                self.refuse(&outer, fault, now);
                return Vec::new();
            }
        }
        let messages = match outer.unfold() {
            Ok(messages) => messages,
            Err(fault) => {
                self.refuse(&outer, fault, now);
                return Vec::new();
            }
        };
        self.received.remember(outer.msg_id, outer.seq_no);
        let first_msg_id = messages.iter().map(|message| message.msg_id).min().unwrap_or(outer.msg_id);
        self.announce(first_msg_id, salt, now, entropy);
        self.acknowledge_receipt(&messages, now);
        let mut demands = Vec::new();
        for message in &messages {
            self.accept_inner(message, message.msg_id == outer.msg_id, now, &mut demands);
        }
        demands
    }

    /// One message, out of its container.
    fn accept_inner(&mut self, message: &Inbound, is_outer: bool, now: UnixTime, demands: &mut Vec<Demand>) {
        if !is_outer {
            match self.received.freshness(message.msg_id) {
                Ok(Freshness::New) => {}
                Ok(Freshness::Repeated) => return self.answer_repetition(message.msg_id, now),
                Err(fault) => return self.refuse(message, fault, now),
            }
            if let Err(fault) = self.check_seq_no(message) {
                return self.refuse(message, fault, now);
            }
            self.received.remember(message.msg_id, message.seq_no);
        }
        demands.extend(self.serve(message, now));
    }

    fn check_outer(&self, outer: &Inbound) -> Result<Freshness, BadMsg> {
        let freshness = self.received.freshness(outer.msg_id)?;
        if freshness == Freshness::Repeated && outer.is_container() {
            return Err(BadMsg::ContainerRepeated);
        }
        if freshness == Freshness::New {
            self.check_seq_no(outer)?;
        }
        Ok(freshness)
    }

    fn check_seq_no(&self, message: &Inbound) -> Result<(), BadMsg> {
        match (message.parity(), message.seq_no % 2) {
            (inbound::Parity::Odd, 0) => Err(BadMsg::SeqNoNotOdd),
            (inbound::Parity::Even, rest) if rest != 0 => Err(BadMsg::SeqNoNotEven),
            _ => self.received.check_order(message.msg_id, message.seq_no),
        }
    }

    /// Refuses a message (or, by its id, a whole container).
    fn refuse(&mut self, message: &Inbound, fault: BadMsg, now: UnixTime) {
        self.notify_bad_msg(message.msg_id, message.seq_no, fault, now);
    }

    pub(crate) fn notify_bad_msg(&mut self, msg_id: i64, seq_no: i32, fault: BadMsg, now: UnixTime) {
        let mut body = BAD_MSG_NOTIFICATION.to_bytes();
        msg_id.encode(&mut body);
        seq_no.encode(&mut body);
        fault.code().encode(&mut body);
        self.push_notice("bad_msg_notification", body, now);
    }

    pub(crate) fn notify_bad_salt(&mut self, msg_id: i64, seq_no: i32, new_salt: i64, now: UnixTime) {
        let mut body = BAD_SERVER_SALT.to_bytes();
        msg_id.encode(&mut body);
        seq_no.encode(&mut body);
        48_i32.encode(&mut body);
        new_salt.encode(&mut body);
        self.push_notice("bad_server_salt", body, now);
    }

    /// Tells the client, once, that the server knows nothing of what was sent before.
    fn announce(&mut self, first_msg_id: i64, salt: i64, now: UnixTime, entropy: &mut Entropy) {
        if self.is_announced {
            return;
        }
        self.is_announced = true;
        let mut body = NEW_SESSION_CREATED.to_bytes();
        first_msg_id.encode(&mut body);
        entropy.long().encode(&mut body);
        salt.encode(&mut body);
        self.outbox.push(Kind::News("new_session_created"), body, now);
    }

    /// One `msgs_ack` for everything in the message that asks for one.
    fn acknowledge_receipt(&mut self, messages: &[Inbound], now: UnixTime) {
        let ids = messages.iter().filter(|message| message.seq_no % 2 != 0).map(|message| message.msg_id);
        self.push_ack(&ids.collect::<Vec<_>>(), now);
    }

    fn push_ack(&mut self, ids: &[i64], now: UnixTime) {
        if !ids.is_empty() {
            let mut body = MSGS_ACK.to_bytes();
            ids.encode(&mut body);
            self.push_notice("msgs_ack", body, now);
        }
    }

    /// The same message again: its acknowledgement or its answer was lost.
    fn answer_repetition(&mut self, msg_id: i64, now: UnixTime) {
        self.push_ack(&[msg_id], now);
        if let Some(answer) = self.outbox.answer_to(msg_id).map(|answer| answer.msg_id) {
            self.outbox.resend(answer);
        }
    }

    /// A call has begun; until its answer comes, the client may drop it.
    pub(crate) fn begin(&mut self, msg_id: i64) {
        self.running.insert(msg_id);
    }

    /// Queues the answer to a call, unless the client dropped it. `object` is what stands in `rpc_result`.
    pub(crate) fn answer(&mut self, reply: ReplyTo, object: &[u8], now: UnixTime) {
        if self.running.remove(&reply.req_msg_id) {
            self.push_result(reply, object, now);
            self.ring();
        }
    }

    /// Queues an update: something that the client did not ask for.
    pub(crate) fn push_update(&mut self, body: Vec<u8>, now: UnixTime) {
        self.outbox.push(Kind::News("update"), body, now);
        self.ring();
    }

    /// Wakes the connection that serves the session.
    fn ring(&self) {
        if let Some((_, bell)) = &self.link {
            bell.notify_one();
        }
    }

    fn push_result(&mut self, reply: ReplyTo, object: &[u8], now: UnixTime) {
        let mut body = Vec::with_capacity(12 + object.len());
        RPC_RESULT.encode(&mut body);
        reply.req_msg_id.encode(&mut body);
        body.extend_from_slice(object);
        self.outbox.push(Kind::Answer(reply), body, now);
    }

    pub(crate) fn push_notice(&mut self, name: &'static str, body: Vec<u8>, now: UnixTime) {
        self.outbox.push(Kind::Notice(name), body, now);
    }

    /// Keeps a second copy of a message for the next request over HTTP: a response holds one.
    pub(crate) fn keep_copy(&mut self, message: Outgoing) {
        self.copies.push_back(message);
        self.ring();
    }

    /// The copy that was kept first.
    pub(crate) fn take_copy(&mut self) -> Option<Outgoing> {
        self.copies.pop_front()
    }

    /// A container with nothing in it.
    #[cfg(feature = "web")]
    pub(crate) fn empty_container(&mut self, now: UnixTime) -> Outgoing {
        self.outbox.container(&[], now)
    }

    /// The next message to send, a container if several are small; one for which `alone` holds comes by itself.
    pub(crate) fn pop(&mut self, now: UnixTime, alone: impl Fn(&Outgoing) -> bool) -> Option<Outgoing> {
        self.outbox.pop(now, alone)
    }
}

#[cfg(test)]
mod tests;
