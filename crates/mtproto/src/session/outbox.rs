//! Our own service messages that wait to be sent.

use core::time::Duration;
use std::collections::VecDeque;

use tl_codec::Encode as _;

use crate::limits::{MAX_IDS, MAX_PENDING_ACKS};
use crate::schema::{functions, types};
use crate::session::Config;
use crate::session::sent::Service;

/// Acks, requests to repeat, answers to questions about messages.
#[derive(Default)]
pub(super) struct Outbox {
    acks: Vec<i64>,
    oldest_ack: Option<Duration>,
    resend_requests: Vec<i64>,
    state_requests: Vec<i64>,
    services: VecDeque<Service>,
}

impl Outbox {
    /// A message wants an ack. It travels with the next message, or alone when it has waited long enough.
    pub(super) fn ack(&mut self, msg_id: i64, monotonic: Duration) {
        self.acks.push(msg_id);
        self.oldest_ack.get_or_insert(monotonic);
    }

    pub(super) fn ask_again(&mut self, msg_id: i64) {
        if !self.resend_requests.contains(&msg_id) {
            self.resend_requests.push(msg_id);
        }
    }

    /// The server shall say what became of messages.
    pub(super) fn ask_state(&mut self, msg_ids: &[i64]) {
        self.state_requests.extend_from_slice(msg_ids);
    }

    pub(super) fn push(&mut self, service: Service) {
        self.services.push_back(service);
    }

    pub(super) fn drop_answer(&mut self, req_msg_id: i64) {
        let body = functions::RpcDropAnswer { req_msg_id }.to_bytes();
        self.services.push_back(Service::Other { body: body.into(), is_content: true });
    }

    /// Whether something waits that should not wait for a request to travel with.
    pub(super) fn is_due(&self, monotonic: Duration, config: &Config) -> bool {
        !self.services.is_empty()
            || !self.resend_requests.is_empty()
            || !self.state_requests.is_empty()
            || self.acks.len() > MAX_PENDING_ACKS
            || self.ack_deadline(config).is_some_and(|deadline| deadline <= monotonic)
    }

    pub(super) fn ack_deadline(&self, config: &Config) -> Option<Duration> {
        self.oldest_ack.map(|oldest| oldest.saturating_add(config.ack_delay))
    }

    /// Takes the next message, acks first. What does not fit into one object stays for the next call.
    pub(super) fn pop(&mut self) -> Option<Service> {
        if let Some(acks) = take_ids(&mut self.acks) {
            if self.acks.is_empty() {
                self.oldest_ack = None;
            }
            return Some(Service::Acks(acks));
        }
        if let Some(msg_ids) = take_ids(&mut self.state_requests) {
            return Some(Service::StateRequest(msg_ids));
        }
        if let Some(msg_ids) = take_ids(&mut self.resend_requests) {
            let body = types::MsgResendReq { msg_ids }.to_bytes();
            return Some(Service::Other { body: body.into(), is_content: false });
        }
        self.services.pop_front()
    }
}

/// As many of the ids as one object may hold; `None` if there are none.
fn take_ids(ids: &mut Vec<i64>) -> Option<Vec<i64>> {
    let rest = ids.split_off(ids.len().min(MAX_IDS));
    let taken = core::mem::replace(ids, rest);
    (!taken.is_empty()).then_some(taken)
}
