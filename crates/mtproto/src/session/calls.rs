//! Requests, from the caller's hand to their answer.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;

use crate::limits::MAX_RESENDS;
use crate::session::msg_id;

/// Names a request of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(u64);

/// What a request says.
#[derive(Clone)]
pub(super) enum Body {
    /// A whole function call.
    Request(Bytes),
    /// The same, to be done after another request of this session.
    After(CallId, Bytes),
    /// `auth.bindTempAuthKey`: it is made when the id of its message is known.
    Binding,
}

/// One request.
pub(super) struct Call {
    pub(super) body: Body,
    /// The id and number under which it was sent last and may be sent again.
    pub(super) sent_as: Option<(i64, i32)>,
    /// Every id under which it was sent; an answer to any of them is its answer.
    msg_ids: Vec<i64>,
    /// A container with it was refused: it must travel alone.
    pub(super) alone: bool,
    /// It stays here until the request before it is answered.
    is_held: bool,
    refusals: u32,
    /// After a break: what is done about it, if no answer has come by then.
    patience: Option<Patience>,
}

impl Call {
    /// The number of refusals, if there were too many.
    fn count_refusal(&mut self) -> Option<u32> {
        self.refusals += 1;
        (self.refusals > MAX_RESENDS).then_some(self.refusals)
    }
}

/// How long a request waits for its answer after a break.
#[derive(Clone, Copy)]
struct Patience {
    until: Duration,
    /// Whether the server was asked what became of it.
    is_asked: bool,
}

/// What becomes of a request whose message the server has refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is queued for another message, or has been sent in one already.
    GoesOn,
    /// The server is asked what it has under this id.
    Asks(i64),
    /// It was refused so often that it is given up.
    TooOften(u32),
}

/// What is due for requests whose answer is overdue after a break.
#[derive(Default, PartialEq, Eq, Debug)]
pub(super) struct Overdue {
    /// The server is asked about these message ids.
    pub(super) ask: Vec<i64>,
    /// It was asked and has said nothing.
    pub(super) renew: Vec<CallId>,
}

/// All requests without an answer. They are sent in the order in which they were made, again as well as for the first
/// time.
#[derive(Default)]
pub(super) struct Calls {
    next: u64,
    open: BTreeMap<CallId, Call>,
    by_msg_id: BTreeMap<i64, CallId>,
    queue: BTreeSet<CallId>,
    /// These go first, one after the other; nothing else is sent before they are answered.
    urgent: VecDeque<CallId>,
    /// Since when the first of these is on its way, on the present connection.
    urgent_since: Option<Duration>,
    /// Nothing that was never sent is sent now.
    pub(super) is_on_hold: bool,
}

impl Calls {
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn add(&mut self, body: Body) -> CallId {
        let id = CallId(self.next);
        self.next += 1;
        let call = Call {
            body,
            sent_as: None,
            msg_ids: Vec::new(),
            alone: false,
            is_held: false,
            refusals: 0,
            patience: None,
        };
        self.open.insert(id, call);
        self.queue.insert(id);
        id
    }

    /// Adds a request that goes before all others, behind earlier ones of this kind.
    pub(super) fn add_urgent(&mut self, body: Body) -> CallId {
        let id = self.add(body);
        self.urgent.push_back(id);
        id
    }

    /// Forgets a request. The id under which the server has it, if it was sent.
    pub(super) fn remove(&mut self, id: CallId) -> Option<i64> {
        let call = self.open.remove(&id)?;
        for msg_id in &call.msg_ids {
            self.by_msg_id.remove(msg_id);
        }
        self.queue.remove(&id);
        if self.urgent.front() == Some(&id) {
            self.urgent_since = None;
        }
        self.urgent.retain(|urgent| *urgent != id);
        self.release_those_after(id);
        call.msg_ids.last().copied()
    }

    fn release_those_after(&mut self, before: CallId) {
        for (id, call) in self.open.iter_mut().filter(|(_, call)| call.is_held) {
            if matches!(call.body, Body::After(awaited, _) if awaited == before) {
                call.is_held = false;
                self.queue.insert(*id);
            }
        }
    }

    pub(super) fn by_msg_id(&self, msg_id: i64) -> Option<CallId> {
        self.by_msg_id.get(&msg_id).copied()
    }

    pub(super) fn body_of(&self, id: CallId) -> Option<&Body> {
        self.open.get(&id).map(|call| &call.body)
    }

    /// The id of the message that carries a request now.
    pub(super) fn msg_id_of(&self, id: CallId) -> Option<i64> {
        self.open.get(&id)?.sent_as.map(|(msg_id, _)| msg_id)
    }

    /// Whether every request that was ever sent is answered.
    pub(super) fn is_settled(&self) -> bool {
        self.open.values().all(|call| call.msg_ids.is_empty())
    }

    fn next_id(&self) -> Option<CallId> {
        match self.urgent.front() {
            Some(id) => self.queue.contains(id).then_some(*id),
            None => self.queue.iter().copied().find(|id| self.may_go(*id)),
        }
    }

    fn may_go(&self, id: CallId) -> bool {
        (!self.is_on_hold || self.was_sent(id)) && !self.stands_behind_none(id)
    }

    /// Whether the request before it is open, and no message carries that one now: there is no id to name, and the order
    /// would be lost.
    fn stands_behind_none(&self, id: CallId) -> bool {
        let Some(Call { body: Body::After(before, _), .. }) = self.open.get(&id) else { return false };
        self.open.get(before).is_some_and(|before| before.sent_as.is_none())
    }

    fn was_sent(&self, id: CallId) -> bool {
        self.open.get(&id).is_some_and(|call| !call.msg_ids.is_empty())
    }

    /// The request that is sent next.
    pub(super) fn front(&self) -> Option<&Call> {
        self.next_id().and_then(|id| self.open.get(&id))
    }

    /// Takes it from the queue.
    pub(super) fn pop_front(&mut self) -> Option<(CallId, &Call)> {
        let id = self.next_id()?;
        self.queue.remove(&id);
        self.open.get(&id).map(|call| (id, call))
    }

    /// It was sent under an id.
    pub(super) fn sent(&mut self, id: CallId, msg_id: i64, seq_no: i32, monotonic: Duration) {
        if self.urgent.front() == Some(&id) {
            self.urgent_since = Some(monotonic);
        }
        if let Some(call) = self.open.get_mut(&id) {
            if self.by_msg_id.insert(msg_id, id).is_none() {
                call.msg_ids.push(msg_id);
            }
            call.sent_as = Some((msg_id, seq_no));
        }
    }

    /// The server has refused the message that carried a request: it is queued for another one, unless it has been sent
    /// in another one already.
    ///
    /// What was repeated after a break was refused this time; the server may have taken it the first time, and be at it. It
    /// is asked before the request gets another id, under which it could not recognise it.
    pub(super) fn refused(
        &mut self,
        id: CallId,
        msg_id: i64,
        alone: bool,
        patience_until: Duration,
    ) -> Refused {
        let Some(call) = self.open.get_mut(&id) else { return Refused::GoesOn };
        if call.sent_as.is_none_or(|(last, _)| last != msg_id) {
            return Refused::GoesOn;
        }
        call.alone |= alone;
        if let Some(times) = call.count_refusal() {
            return Refused::TooOften(times);
        }
        if let Some(patience) = &mut call.patience {
            *patience = Patience { until: patience_until, is_asked: true };
            self.queue.remove(&id);
            return Refused::Asks(msg_id);
        }
        self.renew(id);
        Refused::GoesOn
    }

    /// Queues a request for a new id. The number of refusals, if there were too many.
    pub(super) fn count_refusal(&mut self, id: CallId) -> Option<u32> {
        let times = self.open.get_mut(&id)?.count_refusal();
        if times.is_none() {
            self.renew(id);
        }
        times
    }

    /// Keeps a request back until the one before it is answered; it is queued at once if that one is.
    pub(super) fn hold(&mut self, id: CallId) {
        let Some(call) = self.open.get(&id) else { return };
        let waits = matches!(call.body, Body::After(before, _) if self.open.contains_key(&before));
        self.renew(id);
        if let Some(call) = self.open.get_mut(&id).filter(|_| waits) {
            call.is_held = true;
            self.queue.remove(&id);
        }
    }

    /// Queues a request for a new id.
    pub(super) fn renew(&mut self, id: CallId) {
        if let Some(call) = self.open.get_mut(&id) {
            call.sent_as = None;
            call.patience = None;
            self.queue.insert(id);
        }
    }

    /// Queues a request for the id that it has, if that is not older than `oldest` (server time), and else for a new one.
    pub(super) fn repeat(&mut self, id: CallId, oldest: Duration) {
        if let Some(call) = self.open.get_mut(&id) {
            call.sent_as = call.sent_as.filter(|(msg_id, _)| msg_id::to_time(*msg_id) >= oldest);
            self.queue.insert(id);
        }
    }

    /// Queues everything again, as if nothing had been sent.
    pub(super) fn requeue_all(&mut self) {
        self.by_msg_id.clear();
        for (id, call) in &mut self.open {
            call.sent_as = None;
            call.msg_ids.clear();
            call.patience = None;
            call.is_held = false;
            self.queue.insert(*id);
        }
    }

    /// Takes up what was sent on a connection that is lost. If its id is not older than `oldest` (server time), it is
    /// queued under the same id, so that a server that has it already does not do it twice. If it is, the server might
    /// not recognise it: it is asked first. The ids to ask about.
    pub(super) fn requeue_after_break(&mut self, oldest: Duration, patience_until: Duration) -> Vec<i64> {
        self.urgent_since = None;
        let mut ask = Vec::new();
        for (id, call) in &mut self.open {
            let Some((msg_id, _)) = call.sent_as else { continue };
            let is_asked = msg_id::to_time(msg_id) < oldest;
            call.patience = Some(Patience { until: patience_until, is_asked });
            if is_asked {
                ask.push(msg_id);
            } else {
                self.queue.insert(*id);
            }
        }
        ask
    }

    /// The requests that were sent before `first_msg_id` and have no answer.
    pub(super) fn sent_before(&self, first_msg_id: i64) -> Vec<CallId> {
        let lost =
            self.waiting().filter(|(_, call)| call.sent_as.is_some_and(|(msg_id, _)| msg_id < first_msg_id));
        lost.map(|(id, _)| id).collect()
    }

    /// The server has said that it has a request (or not): it is waited for (or queued for a new id).
    pub(super) fn state_is_known(&mut self, msg_id: i64, is_received: bool, patience_until: Duration) {
        let Some(id) = self.by_msg_id(msg_id).filter(|id| !self.queue.contains(id)) else { return };
        let Some(call) = self.open.get_mut(&id) else { return };
        if call.sent_as.is_none_or(|(last, _)| last != msg_id) {
            return;
        }
        if is_received {
            call.patience = call.patience.map(|_| Patience { until: patience_until, is_asked: false });
        } else {
            self.renew(id);
        }
    }

    /// Whose patience has ended; those that are asked about now get `patience_until` more.
    pub(super) fn overdue(&mut self, monotonic: Duration, patience_until: Duration) -> Overdue {
        let mut overdue = Overdue::default();
        for (id, call) in self.open.iter_mut().filter(|(id, _)| !self.queue.contains(id)) {
            let (Some(patience), Some((msg_id, _))) = (&mut call.patience, call.sent_as) else { continue };
            if patience.until > monotonic {
                continue;
            }
            if patience.is_asked {
                overdue.renew.push(*id);
            } else {
                *patience = Patience { until: patience_until, is_asked: true };
                overdue.ask.push(msg_id);
            }
        }
        overdue
    }

    /// Since when everything waits for a request that goes before all others.
    pub(super) fn waits_for_urgent_since(&self) -> Option<Duration> {
        self.urgent_since
    }

    pub(super) fn patience_deadline(&self) -> Option<Duration> {
        self.waiting().filter_map(|(_, call)| call.patience.map(|patience| patience.until)).min()
    }

    /// What was sent and not yet queued again.
    fn waiting(&self) -> impl Iterator<Item = (CallId, &Call)> {
        self.open.iter().filter(|(id, _)| !self.queue.contains(id)).map(|(id, call)| (*id, call))
    }
}
