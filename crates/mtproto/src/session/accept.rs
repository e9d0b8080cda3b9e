//! What arrives: the checks that need a memory, then each message to its file.

use tl_codec::{Constructor, Decode, DecodeError, ErrorKind};

use crate::envelope::Opened;
use crate::schema::types;
use crate::session::container::{self, MSG_CONTAINER, Message};
use crate::session::received::Arrival;
use crate::session::{Event, Session, SessionError, gzip_packed};
use crate::time::Now;

impl Session {
    /// Takes an opened envelope.
    pub(super) fn accept(&mut self, now: Now, opened: Opened) -> Result<(), SessionError> {
        let Opened { header, body } = opened;
        self.room = gzip_packed::Room::default();
        let message = Message { msg_id: header.msg_id, seq_no: header.seq_no, body };
        if constructor_id(&message.body) != Some(MSG_CONTAINER) {
            return self.accept_one(now, &message);
        }
        // accepted or refused as a whole; after that, one unreadable message does not harm its siblings
        let inner = container::read(&message.body)?;
        // the container is made now, while messages in it may be repetitions of old ones
        if self.clock.accepts(message.msg_id, now) {
            self.keepalive.message();
            self.clock.observe(message.msg_id, now);
        }
        let mut outcome = Ok(());
        for message in inner {
            let one = self.accept_one(now, &message);
            outcome = outcome.and(one);
        }
        outcome
    }

    fn accept_one(&mut self, now: Now, message: &Message) -> Result<(), SessionError> {
        if !self.admits(now, message) {
            return Ok(());
        }
        match constructor_id(&message.body) {
            Some(types::GzipPacked::ID) => {
                let body = gzip_packed::read(&message.body, &mut self.room.for_messages)?;
                self.dispatch(now, &Message { body, ..*message })
            }
            _ => self.dispatch(now, message),
        }
    }

    /// Whether a message is new, and from now or an answer to us; a repeated one is acknowledged again, since our first
    /// ack may be lost. What is passed over is no sign of life either: a server of whose words none counts is left.
    fn admits(&mut self, now: Now, message: &Message) -> bool {
        let id = message.msg_id;
        // what refuses a message of ours counts by naming it; this one may name a message that we have forgotten
        let begins_session = constructor_id(&message.body) == Some(types::NewSessionCreated::ID);
        let asked = self.asked(&message.body);
        let is_from_now = self.clock.accepts(id, now);
        if !is_from_now && !begins_session && asked.is_none() {
            tracing::warn!("a message from too far in the past or the future is passed over");
            return false;
        }
        self.keepalive.message();
        let arrival = self.received.insert(id);
        let wants_ack = message.seq_no % 2 != 0;
        if wants_ack && arrival != Arrival::TooOld {
            self.outbox.ack(id, now.monotonic);
        }
        match asked {
            _ if arrival != Arrival::New => {}
            Some(asked) => self.clock.learn(id, asked, now),
            None if is_from_now => self.clock.observe(id, now),
            None => {}
        }
        arrival == Arrival::New
    }

    /// The message of ours that a message is about, if that one is still open. Nobody else knows its id, so that this
    /// message was made after it, and for us: the "security guidelines" let such a one count whatever time it states. If
    /// it did not, a server whose clock goes more than half a minute ahead of ours could not even say so: to it, our own
    /// ids are good for five minutes.
    fn asked(&self, body: &[u8]) -> Option<i64> {
        let names_a_message_first = matches!(
            constructor_id(body)?,
            types::RpcResult::ID
                | types::Pong::ID
                | types::FutureSalts::ID
                | types::MsgsStateInfo::ID
                | types::MsgDetailedInfo::ID
                | types::BadServerSalt::ID
                | types::BadMsgNotification::ID
                | types::NewSessionCreated::ID
        );
        let named = body.get(4..)?.first_chunk().filter(|_| names_a_message_first)?;
        Some(i64::from_le_bytes(*named)).filter(|msg_id| self.is_ours(*msg_id))
    }

    fn dispatch(&mut self, now: Now, message: &Message) -> Result<(), SessionError> {
        let body = &message.body;
        let Some(id) = constructor_id(body) else {
            return Err(malformed("message", short()));
        };
        match id {
            types::RpcResult::ID => self.handle_rpc_result(body),
            types::MsgsAck::ID => read(body).map(Self::handle_msgs_ack),
            types::Pong::ID => read(body).map(|pong| self.handle_pong(&pong)),
            types::BadServerSalt::ID => self.handle_bad_server_salt(now, read(body)?),
            types::BadMsgNotification::ID => {
                self.handle_bad_msg_notification(now, message.msg_id, read(body)?)
            }
            types::NewSessionCreated::ID => {
                read(body).map(|created| self.handle_new_session_created(now, created))
            }
            types::MsgDetailedInfo::ID => read(body).map(|info| self.handle_msg_detailed_info(now, info)),
            types::MsgNewDetailedInfo::ID => {
                read(body).map(|info| self.handle_msg_new_detailed_info(now, info))
            }
            types::MsgsStateReq::ID => self.handle_msgs_state_req(message.msg_id, read(body)?),
            types::MsgResendReq::ID => self.handle_msg_resend_req(now, message.msg_id, read(body)?),
            types::FutureSalts::ID => self.handle_future_salts(now, read(body)?),
            types::MsgsAllInfo::ID => self.handle_msgs_all_info(now, read(body)?),
            types::MsgsStateInfo::ID => self.handle_msgs_state_info(now, read(body)?),
            types::DestroySessionOk::ID => read(body).map(|_: types::DestroySessionOk| ()),
            types::DestroySessionNone::ID => read(body).map(|_: types::DestroySessionNone| ()),
            MSG_CONTAINER => Err(SessionError::NestedContainer),
            _ => {
                self.events.push_back(Event::Update(body.clone()));
                Ok(())
            }
        }
    }
}

/// The first word of an object.
pub(super) fn constructor_id(body: &[u8]) -> Option<u32> {
    body.first_chunk::<4>().map(|word| u32::from_le_bytes(*word))
}

/// Reads a service message, which must fill its body.
fn read<'a, T: Decode<'a> + Constructor>(body: &'a [u8]) -> Result<T, SessionError> {
    T::from_bytes(body).map_err(|source| malformed(T::NAME, source))
}

fn malformed(name: &'static str, source: DecodeError) -> SessionError {
    SessionError::Malformed { name, source }
}

fn short() -> DecodeError {
    DecodeError::new(ErrorKind::Short { missing_bytes: 4 }, 0)
}
