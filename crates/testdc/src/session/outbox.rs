//! What a session sends: message ids, sequence numbers, containers, and the messages that wait for an acknowledgement.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use tl_codec::Encode;

use super::inbound::MSG_CONTAINER;
use crate::clock::{UnixTime, time_of};
use crate::limits::{
    MAX_CONTAINER_MESSAGES, MAX_PACKED_BYTES, MAX_UNACKED_BYTES, MAX_UNACKED_MESSAGES, MSG_ID_PAST,
};

/// A message of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub(crate) msg_id: i64,
    pub(crate) seq_no: i32,
    pub(crate) body: Bytes,
    pub(crate) kind: Kind,
}

impl Outgoing {
    /// The call that the message answers.
    fn reply(&self) -> Option<ReplyTo> {
        if let Kind::Answer(reply) = self.kind { Some(reply) } else { None }
    }
}

/// What a message answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReplyTo {
    pub(crate) req_msg_id: i64,
    /// The schema name of the method.
    pub(crate) method: &'static str,
}

/// Whether a message asks for an acknowledgement, and the last bits of its id (protocol, "Message Identifier": 1 for an
/// answer, 3 for anything else). The names are those by which faults wait for a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An answer that must be acknowledged: `rpc_result`.
    Answer(ReplyTo),
    /// An answer that needs no acknowledgement: acks, pongs, notices of faults.
    Notice(&'static str),
    /// Something that nobody asked for and that must be acknowledged: `new_session_created`, updates.
    News(&'static str),
}

/// The server's half of a session.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queue: VecDeque<Outgoing>,
    unacked: BTreeMap<i64, Outgoing>,
    unacked_bytes: usize,
    last_msg_id: i64,
    /// Messages that ask for an acknowledgement, so far.
    content_count: i32,
}

impl Outbox {
    /// Queues a message.
    pub(crate) fn push(&mut self, kind: Kind, body: impl Into<Bytes>, now: UnixTime) {
        let (bits, needs_ack) = match kind {
            Kind::Answer(_) => (1, true),
            Kind::Notice(_) => (1, false),
            Kind::News(_) => (3, true),
        };
        let message = Outgoing {
            msg_id: self.next_msg_id(bits, now),
            seq_no: self.next_seq_no(needs_ack),
            body: body.into(),
            kind,
        };
        if needs_ack {
            self.keep(message.clone());
        }
        self.queue.push_back(message);
    }

    /// Takes the next message to send: several small ones share a container. `None` when nothing is left.
    ///
    /// A message for which `alone` holds is sent by itself.
    pub(crate) fn pop(&mut self, now: UnixTime, alone: impl Fn(&Outgoing) -> bool) -> Option<Outgoing> {
        let first = self.queue.pop_front()?;
        if alone(&first) || first.body.len() > MAX_PACKED_BYTES {
            return Some(first);
        }
        let mut packed = vec![first];
        let mut packed_bytes = packed.iter().map(|message| message.body.len()).sum::<usize>();
        while let Some(next) = self.queue.front() {
            packed_bytes += next.body.len();
            if alone(next) || packed_bytes > MAX_PACKED_BYTES || packed.len() == MAX_CONTAINER_MESSAGES {
                break;
            }
            packed.extend(self.queue.pop_front());
        }
        Some(if packed.len() == 1 { packed.pop()? } else { self.container(&packed, now) })
    }

    /// The client has these messages.
    pub(crate) fn acknowledge(&mut self, msg_ids: impl IntoIterator<Item = i64>) {
        for msg_id in msg_ids {
            self.forget(msg_id);
        }
    }

    /// Queues everything that was never acknowledged once more: the client is on another connection now.
    ///
    /// Clients ignore messages that are older than five minutes, so those get a new id.
    pub(crate) fn resend_unacked(&mut self, now: UnixTime) {
        let ids = self.unacked.keys().copied().collect::<Vec<_>>();
        for msg_id in ids {
            if now.since(time_of(msg_id)) < MSG_ID_PAST / 2 {
                self.resend(msg_id);
            } else if let Some(old) = self.forget(msg_id) {
                self.queue.retain(|message| message.msg_id != msg_id);
                self.push(old.kind, old.body, now);
            }
        }
    }

    /// Queues one un-acknowledged message once more; false if there is none with this id.
    pub(crate) fn resend(&mut self, msg_id: i64) -> bool {
        let Some(message) = self.unacked.get(&msg_id) else { return false };
        if self.queue.iter().all(|queued| queued.msg_id != msg_id) {
            self.queue.push_back(message.clone());
        }
        true
    }

    /// The un-acknowledged answer to a request.
    pub(crate) fn answer_to(&self, req_msg_id: i64) -> Option<&Outgoing> {
        self.unacked
            .values()
            .find(|message| message.reply().is_some_and(|reply| reply.req_msg_id == req_msg_id))
    }

    /// Takes an answer back: the client does not want it any more.
    pub(crate) fn drop_answer(&mut self, req_msg_id: i64) -> Option<Outgoing> {
        let msg_id = self.answer_to(req_msg_id)?.msg_id;
        self.queue.retain(|message| message.msg_id != msg_id);
        self.forget(msg_id)
    }

    pub(super) fn container(&mut self, messages: &[Outgoing], now: UnixTime) -> Outgoing {
        let len = messages.iter().map(|message| 16 + message.body.len()).sum::<usize>();
        let mut body = Vec::with_capacity(8 + len);
        MSG_CONTAINER.encode(&mut body);
        u32::try_from(messages.len()).unwrap_or(0).encode(&mut body);
        for message in messages {
            message.msg_id.encode(&mut body);
            message.seq_no.encode(&mut body);
            u32::try_from(message.body.len()).unwrap_or(0).encode(&mut body);
            body.extend_from_slice(&message.body);
        }
        Outgoing {
            msg_id: self.next_msg_id(1, now),
            seq_no: self.next_seq_no(false),
            body: body.into(),
            kind: Kind::Notice("msg_container"),
        }
    }

    /// Ids rise strictly, whatever the clock does.
    fn next_msg_id(&mut self, bits: i64, now: UnixTime) -> i64 {
        self.last_msg_id = now.msg_id().max(self.last_msg_id + 4) & !3;
        self.last_msg_id | bits
    }

    fn next_seq_no(&mut self, needs_ack: bool) -> i32 {
        let seq_no = self.content_count.wrapping_mul(2) | i32::from(needs_ack);
        self.content_count = self.content_count.wrapping_add(i32::from(needs_ack));
        seq_no
    }

    fn keep(&mut self, message: Outgoing) {
        self.unacked_bytes += message.body.len();
        self.unacked.insert(message.msg_id, message);
        // a client that never acknowledges loses the oldest messages, not the server its memory
        while self.unacked.len() > MAX_UNACKED_MESSAGES
            || (self.unacked_bytes > MAX_UNACKED_BYTES && self.unacked.len() > 1)
        {
            let Some((&oldest, _)) = self.unacked.first_key_value() else { break };
            self.queue.retain(|queued| queued.msg_id != oldest);
            self.forget(oldest);
        }
    }

    fn forget(&mut self, msg_id: i64) -> Option<Outgoing> {
        let message = self.unacked.remove(&msg_id)?;
        self.unacked_bytes -= message.body.len();
        Some(message)
    }
}

#[cfg(test)]
mod tests {
    use tl_codec::Reader;

    use super::*;

    fn now() -> UnixTime {
        UnixTime::from_secs(1_700_000_000)
    }

    fn reply(req_msg_id: i64) -> ReplyTo {
        ReplyTo { req_msg_id, method: "help.getConfig" }
    }

    #[test]
    fn ids_rise_and_sequence_numbers_count_what_needs_an_ack() {
        let mut outbox = Outbox::default();
        outbox.push(Kind::News("update"), vec![0; 4], now());
        outbox.push(Kind::Notice("ping"), vec![0; 4], now());
        outbox.push(Kind::Answer(reply(8)), vec![0; 4], now().before(std::time::Duration::from_secs(9)));
        let sent = outbox.queue.iter().map(|m| (m.msg_id & 3, m.seq_no)).collect::<Vec<_>>();
        assert_eq!(sent, [(3, 1), (1, 2), (1, 3)]);
        assert!(outbox.queue.iter().is_sorted_by_key(|m| m.msg_id), "even when the clock goes back");
    }

    #[test]
    fn small_messages_share_a_container_and_large_ones_do_not() {
        let mut outbox = Outbox::default();
        for len in [4, 8, MAX_PACKED_BYTES + 4, 12] {
            outbox.push(Kind::Answer(reply(1)), vec![7; len], now());
        }
        let container = outbox.pop(now(), |_| false).unwrap();
        let mut reader = Reader::new(&container.body);
        reader.expect_id(MSG_CONTAINER).unwrap();
        assert_eq!(reader.int(), Ok(2));
        assert!(reader.long().unwrap() < container.msg_id);
        assert_eq!((reader.int(), reader.int(), reader.int()), (Ok(1), Ok(4), Ok(0x0707_0707)));
        assert!(reader.long().unwrap() < container.msg_id);
        assert_eq!((reader.int(), reader.int(), reader.remaining()), (Ok(3), Ok(8), 8));
        assert_eq!(container.seq_no % 2, 0);
        assert_eq!(outbox.pop(now(), |_| false).unwrap().body.len(), MAX_PACKED_BYTES + 4);
        assert_eq!(outbox.pop(now(), |_| false).unwrap().body.len(), 12, "one message needs no container");
        assert_eq!(outbox.pop(now(), |_| false), None);
    }

    #[test]
    fn a_message_that_must_be_alone_is() {
        let mut outbox = Outbox::default();
        for _ in 0..3 {
            outbox.push(Kind::Answer(reply(1)), vec![7; 4], now());
        }
        let second = outbox.queue[1].msg_id;
        let sent = std::iter::from_fn(|| outbox.pop(now(), |m| m.msg_id == second)).count();
        assert_eq!(sent, 3);
    }

    #[test]
    fn what_is_not_acknowledged_is_sent_again() {
        let mut outbox = Outbox::default();
        outbox.push(Kind::Answer(reply(4)), vec![1; 4], now());
        outbox.push(Kind::Answer(reply(8)), vec![2; 4], now());
        outbox.push(Kind::Notice("ping"), vec![3; 4], now());
        let first = outbox.queue[0].msg_id;
        while outbox.pop(now(), |_| false).is_some() {}
        outbox.acknowledge([first]);
        outbox.resend_unacked(now());
        outbox.resend_unacked(now());
        assert_eq!(outbox.queue.len(), 1);
        assert_eq!(outbox.queue[0].body, vec![2; 4]);
        assert!(outbox.answer_to(8).is_some() && outbox.answer_to(4).is_none());

        let later = now().after(MSG_ID_PAST);
        let old_id = outbox.queue[0].msg_id;
        outbox.resend_unacked(later);
        assert_eq!(outbox.queue.len(), 1);
        assert!(outbox.queue[0].msg_id > old_id && time_of(outbox.queue[0].msg_id) == later);
        assert_eq!(outbox.drop_answer(8).map(|m| m.body), Some(vec![2; 4].into()));
        assert!(outbox.queue.is_empty() && outbox.unacked.is_empty() && outbox.unacked_bytes == 0);
    }

    #[test]
    fn a_client_that_never_acknowledges_costs_bounded_memory() {
        let mut outbox = Outbox::default();
        for _ in 0..3_000 {
            outbox.push(Kind::Answer(reply(1)), vec![0; 4], now());
        }
        assert_eq!(outbox.unacked.len(), MAX_UNACKED_MESSAGES);
        let large = Bytes::from(vec![0; MAX_UNACKED_BYTES / 3]);
        for _ in 0..5 {
            outbox.push(Kind::Answer(reply(1)), large.clone(), now());
        }
        assert!(outbox.unacked_bytes <= MAX_UNACKED_BYTES);
    }
}
