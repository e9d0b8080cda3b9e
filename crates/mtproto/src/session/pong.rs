//! `pong#347773c5`: the answer to a ping of ours ("Ping Messages (PING/PONG)").

use crate::schema::types;
use crate::session::Session;

impl Session {
    /// The ping is answered: whatever else names it is no answer. That something has arrived, and what it says about the
    /// server's clock, has been noted already.
    pub(super) fn handle_pong(&mut self, pong: &types::Pong) {
        tracing::trace!("pong");
        self.sent.take(pong.msg_id);
    }
}
