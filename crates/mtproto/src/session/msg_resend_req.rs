//! `msg_resend_req#7d861a08`: the server asks for messages of ours again ("Explicit Request to Re-Send Messages").

use tl_codec::Encode as _;

use crate::limits::MAX_IDS;
use crate::schema::types;
use crate::session::sent::Service;
use crate::session::{Session, SessionError};
use crate::time::Now;

/// `msgs_state_info`: nothing is known of the message.
const UNKNOWN: u8 = 1;
/// `msgs_state_info`: the message exists (and is being sent again).
const KNOWN: u8 = 4;

impl Session {
    /// Queues requests again under their own ids, while these are young enough to be taken, and service messages under other
    /// ones; of a container each message. If an id is unknown (answered already, or never used), the server is told which.
    pub(super) fn handle_msg_resend_req(
        &mut self,
        now: Now,
        msg_id: i64,
        request: types::MsgResendReqRef<'_>,
    ) -> Result<(), SessionError> {
        let ids = request.msg_ids;
        if ids.len() > MAX_IDS {
            return Err(SessionError::TooMany { name: "msg_resend_req", count: ids.len(), limit: MAX_IDS });
        }
        let info: Vec<u8> = ids.iter().map(|id| if self.is_ours(id) { KNOWN } else { UNKNOWN }).collect();
        let oldest = self.oldest_kept_id(now);
        for id in &ids {
            self.send_again(id, &mut |session, call, _| session.calls.repeat(call, oldest))?;
        }
        if info.contains(&UNKNOWN) {
            let body = types::MsgsStateInfo { req_msg_id: msg_id, info }.to_bytes();
            self.outbox.push(Service::Other { body: body.into(), is_content: false });
        }
        Ok(())
    }
}
