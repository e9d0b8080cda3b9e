//! `msgs_state_info#04deb57d`: what became of messages that we asked about ("Informational Message regarding Status of
//! Messages"); `msgs_all_info#8cc0d131`: the same, unasked.
//!
//! A byte for each message. Its lowest three bits: 1 nothing is known, 2 and 3 not received, 4 received; the others say
//! how far its answer is, which only matters once it arrives.

use core::time::Duration;

use crate::limits::MAX_IDS;
use crate::schema::types;
use crate::session::sent::{Record, Service};
use crate::session::{Session, SessionError};
use crate::time::Now;

const STATE_BITS: u8 = 0b111;
const RECEIVED: u8 = 4;

impl Session {
    /// Takes the answer to a question of ours: what the server has is waited for, and the rest is sent under a new id.
    pub(super) fn handle_msgs_state_info(
        &mut self,
        now: Now,
        answer: types::MsgsStateInfoRef<'_>,
    ) -> Result<(), SessionError> {
        let Some(Record::Service(Service::StateRequest(msg_ids))) = self.sent.take(answer.req_msg_id) else {
            tracing::debug!("the state of messages that we did not ask about is passed over");
            return Ok(());
        };
        self.learn_states(now, &msg_ids, answer.info)
    }

    pub(super) fn handle_msgs_all_info(
        &mut self,
        now: Now,
        info: types::MsgsAllInfoRef<'_>,
    ) -> Result<(), SessionError> {
        if info.msg_ids.len() > MAX_IDS {
            let count = info.msg_ids.len();
            return Err(SessionError::TooMany { name: "msgs_all_info", count, limit: MAX_IDS });
        }
        let msg_ids: Vec<_> = info.msg_ids.iter().collect();
        self.learn_states(now, &msg_ids, info.info)
    }

    fn learn_states(&mut self, now: Now, msg_ids: &[i64], info: &[u8]) -> Result<(), SessionError> {
        if msg_ids.len() != info.len() {
            return Err(SessionError::StateCount { expected: msg_ids.len(), got: info.len() });
        }
        let patience_until = self.patience_until(now);
        for (msg_id, state) in msg_ids.iter().zip(info) {
            self.calls.state_is_known(*msg_id, state & STATE_BITS == RECEIVED, patience_until);
        }
        Ok(())
    }

    /// Until when an answer is waited for before anything is done about it.
    pub(super) fn patience_until(&self, now: Now) -> Duration {
        now.monotonic + self.config.resend_patience
    }
}
