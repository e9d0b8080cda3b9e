//! `msgs_state_req#da69fb52`: the server asks which of its messages have arrived ("Request for Message Status
//! Information"); the answer is `msgs_state_info#04deb57d`, a byte for each id.

use tl_codec::Encode as _;

use crate::limits::MAX_IDS;
use crate::schema::types;
use crate::session::sent::Service;
use crate::session::{Session, SessionError};

/// Nothing is known: the id is below all that are remembered.
const UNKNOWN: u8 = 1;
/// Not received, though the id lies among those that are.
const NOT_RECEIVED: u8 = 2;
/// Not received: the id is above all that are.
const NOT_RECEIVED_YET: u8 = 3;
/// Received.
const RECEIVED: u8 = 4;

impl Session {
    pub(super) fn handle_msgs_state_req(
        &mut self,
        msg_id: i64,
        request: types::MsgsStateReqRef<'_>,
    ) -> Result<(), SessionError> {
        let ids = request.msg_ids;
        if ids.len() > MAX_IDS {
            return Err(SessionError::TooMany { name: "msgs_state_req", count: ids.len(), limit: MAX_IDS });
        }
        let info = ids.iter().map(|id| self.state_of(id)).collect();
        let body = types::MsgsStateInfo { req_msg_id: msg_id, info }.to_bytes();
        self.outbox.push(Service::Other { body: body.into(), is_content: false });
        Ok(())
    }

    fn state_of(&self, id: i64) -> u8 {
        match self.received.bounds() {
            _ if self.received.contains(id) => RECEIVED,
            Some((lowest, _)) if id < lowest => UNKNOWN,
            Some((_, highest)) if id <= highest => NOT_RECEIVED,
            _ => NOT_RECEIVED_YET,
        }
    }
}
