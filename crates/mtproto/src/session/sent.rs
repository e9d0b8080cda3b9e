//! Which of our ids were containers and service messages: requests are remembered until they are answered, these only
//! for a while.

use std::collections::VecDeque;

use bytes::Bytes;
use tl_codec::Encode as _;

use crate::limits::MAX_SENT_RECORDS;
use crate::schema::types;

/// A service message of ours.
#[derive(Clone)]
pub(super) enum Service {
    /// `msgs_ack`
    Acks(Vec<i64>),
    /// `msgs_state_req`
    StateRequest(Vec<i64>),
    /// Any other, whole.
    Other {
        /// The object.
        body: Bytes,
        /// Whether the server acknowledges it.
        is_content: bool,
    },
}

impl Service {
    pub(super) fn body(&self) -> Bytes {
        match self {
            Self::Acks(msg_ids) => types::MsgsAck { msg_ids: msg_ids.clone() }.to_bytes().into(),
            Self::StateRequest(msg_ids) => types::MsgsStateReq { msg_ids: msg_ids.clone() }.to_bytes().into(),
            Self::Other { body, .. } => body.clone(),
        }
    }

    pub(super) fn is_content(&self) -> bool {
        matches!(self, Self::Other { is_content: true, .. })
    }
}

/// What stood under one of our ids.
#[derive(Clone)]
pub(super) enum Record {
    /// A container with messages of these ids.
    Container(Vec<i64>),
    /// A service message.
    Service(Service),
}

impl Record {
    fn holds(&self, is_open: impl Fn(i64) -> bool) -> bool {
        matches!(self, Self::Container(msg_ids) if msg_ids.iter().any(|msg_id| is_open(*msg_id)))
    }
}

/// The last [`MAX_SENT_RECORDS`] of them, and the containers of open requests.
#[derive(Default)]
pub(super) struct Sent {
    records: VecDeque<(i64, Record)>,
}

impl Sent {
    /// Keeps a record. The oldest goes for it, but not a container with a message of which `is_open` says that it waits for
    /// its answer: two are looked at each time, so that what was kept goes once it is answered.
    pub(super) fn record(&mut self, msg_id: i64, record: Record, is_open: impl Fn(i64) -> bool) {
        self.records.push_back((msg_id, record));
        for _ in 0..self.records.len().saturating_sub(MAX_SENT_RECORDS).min(2) {
            let oldest = self.records.pop_front();
            let kept = oldest.filter(|(_, record)| record.holds(&is_open));
            self.records.extend(kept);
        }
    }

    pub(super) fn contains(&self, msg_id: i64) -> bool {
        self.records.iter().any(|(id, _)| *id == msg_id)
    }

    /// Forgets what stood under an id, and returns it.
    pub(super) fn take(&mut self, msg_id: i64) -> Option<Record> {
        let place = self.records.iter().position(|(id, _)| *id == msg_id)?;
        self.records.remove(place).map(|(_, record)| record)
    }
}
