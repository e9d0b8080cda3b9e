//! Requests, from the caller's hand to their answer.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use crate::limits::MAX_RESENDS;
use crate::session::msg_id;

/// Names a request of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(u64);

/// One request.
pub(super) struct Call {
    pub(super) body: Bytes,
    /// The id and number under which it was sent last and may be sent again.
    pub(super) sent_as: Option<(i64, i32)>,
    /// Every id under which it was sent; an answer to any of them is its answer.
    msg_ids: Vec<i64>,
    /// A container with it was refused: it must travel alone.
    pub(super) alone: bool,
    refusals: u32,
    /// When it is sent under a new id, if no answer has come by then.
    patience_until: Option<Duration>,
}

/// All requests without an answer. They are sent in the order in which they were made, again as well as for the first
/// time.
#[derive(Default)]
pub(super) struct Calls {
    next: u64,
    open: BTreeMap<CallId, Call>,
    by_msg_id: BTreeMap<i64, CallId>,
    queue: BTreeSet<CallId>,
}

impl Calls {
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn add(&mut self, body: Bytes) -> CallId {
        let id = CallId(self.next);
        self.next += 1;
        let call = Call {
            body,
            sent_as: None,
            msg_ids: Vec::new(),
            alone: false,
            refusals: 0,
            patience_until: None,
        };
        self.open.insert(id, call);
        self.queue.insert(id);
        id
    }

    /// Forgets a request. The id under which the server has it, if it was sent.
    pub(super) fn remove(&mut self, id: CallId) -> Option<i64> {
        let call = self.open.remove(&id)?;
        for msg_id in &call.msg_ids {
            self.by_msg_id.remove(msg_id);
        }
        self.queue.remove(&id);
        call.msg_ids.last().copied()
    }

    pub(super) fn by_msg_id(&self, msg_id: i64) -> Option<CallId> {
        self.by_msg_id.get(&msg_id).copied()
    }

    /// The request that is sent next.
    pub(super) fn front(&self) -> Option<&Call> {
        self.queue.first().and_then(|id| self.open.get(id))
    }

    /// Takes it from the queue.
    pub(super) fn pop_front(&mut self) -> Option<(CallId, &Call)> {
        let id = self.queue.pop_first()?;
        self.open.get(&id).map(|call| (id, call))
    }

    /// It was sent under an id.
    pub(super) fn sent(&mut self, id: CallId, msg_id: i64, seq_no: i32) {
        if let Some(call) = self.open.get_mut(&id) {
            if self.by_msg_id.insert(msg_id, id).is_none() {
                call.msg_ids.push(msg_id);
            }
            call.sent_as = Some((msg_id, seq_no));
        }
    }

    /// The server has refused the message that carried a request: it is queued for another one, unless it has been sent
    /// in another one already. The number of refusals, if there were too many.
    pub(super) fn refused(&mut self, id: CallId, msg_id: i64, alone: bool) -> Option<u32> {
        let call = self.open.get_mut(&id)?;
        if call.sent_as.is_none_or(|(last, _)| last != msg_id) {
            return None;
        }
        call.alone |= alone;
        call.refusals += 1;
        if call.refusals > MAX_RESENDS {
            return Some(call.refusals);
        }
        self.renew(id);
        None
    }

    /// Queues a request for a new id.
    pub(super) fn renew(&mut self, id: CallId) {
        if let Some(call) = self.open.get_mut(&id) {
            call.sent_as = None;
            call.patience_until = None;
            self.queue.insert(id);
        }
    }

    /// Queues everything again, as if nothing had been sent.
    pub(super) fn requeue_all(&mut self) {
        self.by_msg_id.clear();
        for (id, call) in &mut self.open {
            call.sent_as = None;
            call.msg_ids.clear();
            call.patience_until = None;
            self.queue.insert(*id);
        }
    }

    /// Queues what was sent on a connection that is lost: under the same id if it is not older than `oldest` (server
    /// time), so that a server that has it already does not do it twice.
    pub(super) fn requeue_after_break(&mut self, oldest: Duration, patience_until: Duration) {
        for (id, call) in &mut self.open {
            call.sent_as = call.sent_as.filter(|(msg_id, _)| msg_id::to_time(*msg_id) >= oldest);
            call.patience_until = call.sent_as.map(|_| patience_until);
            self.queue.insert(*id);
        }
    }

    /// The requests that were sent before `first_msg_id` and have no answer.
    pub(super) fn sent_before(&self, first_msg_id: i64) -> Vec<CallId> {
        let lost =
            self.waiting().filter(|(_, call)| call.sent_as.is_some_and(|(msg_id, _)| msg_id < first_msg_id));
        lost.map(|(id, _)| id).collect()
    }

    /// Sends under a new id what was sent again after a break and has waited long enough.
    pub(super) fn renew_impatient(&mut self, monotonic: Duration) {
        let due = |call: &Call| call.patience_until.is_some_and(|until| until <= monotonic);
        let impatient: Vec<_> = self.waiting().filter(|(_, call)| due(call)).map(|(id, _)| id).collect();
        for id in impatient {
            tracing::debug!("no answer under the first id, the request is sent under a new one");
            self.renew(id);
        }
    }

    pub(super) fn patience_deadline(&self) -> Option<Duration> {
        self.waiting().filter_map(|(_, call)| call.patience_until).min()
    }

    /// What was sent and not yet queued again.
    fn waiting(&self) -> impl Iterator<Item = (CallId, &Call)> {
        self.open.iter().filter(|(id, _)| !self.queue.contains(id)).map(|(id, call)| (*id, call))
    }
}
