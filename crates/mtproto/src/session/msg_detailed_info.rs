//! `msg_detailed_info#276d3ec6`, `msg_new_detailed_info#809db6df`: an answer exists, but is too long to be sent without
//! being asked for ("Extended Voluntary Communication of Status of One Message").

use crate::limits::MAX_FRAME_BYTES;
use crate::schema::types;
use crate::session::{CallError, Session};
use crate::time::Now;

impl Session {
    /// About the answer to a message of ours. An answer that no frame of ours takes ends its request here, so that
    /// nobody waits for it.
    pub(super) fn handle_msg_detailed_info(&mut self, now: Now, info: types::MsgDetailedInfo) {
        let len_bytes = usize::try_from(info.bytes).unwrap_or(0);
        match self.calls.by_msg_id(info.msg_id) {
            Some(call) if len_bytes > MAX_FRAME_BYTES => {
                let error = CallError::AnswerTooLong { len_bytes, limit_bytes: MAX_FRAME_BYTES };
                self.finish(call, Err(error));
            }
            _ => self.fetch_or_ack(now, info.answer_msg_id),
        }
    }

    /// About a message that the server has made of its own accord.
    pub(super) fn handle_msg_new_detailed_info(&mut self, now: Now, info: types::MsgNewDetailedInfo) {
        self.fetch_or_ack(now, info.answer_msg_id);
    }

    fn fetch_or_ack(&mut self, now: Now, answer_msg_id: i64) {
        if self.received.contains(answer_msg_id) {
            self.outbox.ack(answer_msg_id, now.monotonic);
        } else {
            self.outbox.ask_again(answer_msg_id);
        }
    }
}
