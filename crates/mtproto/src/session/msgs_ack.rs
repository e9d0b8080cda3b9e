//! `msgs_ack#62d6b459`: the server has our messages ("Acknowledgment of Receipt").
//!
//! A request is remembered until it is answered, acknowledged or not: only the answer shows that it was done. So there
//! is nothing to remember here.

use crate::schema::types;
use crate::session::Session;

impl Session {
    pub(super) fn handle_msgs_ack(acks: types::MsgsAckRef<'_>) {
        tracing::trace!(messages = acks.msg_ids.len(), "acknowledged by the server");
    }
}
