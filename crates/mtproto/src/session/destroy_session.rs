//! `destroy_session#e7512126`: the server may forget a session that another one has replaced ("Request to Destroy
//! Session").

use tl_codec::Encode as _;

use crate::schema::functions;
use crate::session::Session;
use crate::session::sent::Service;

impl Session {
    /// Once the present session has brought an answer, the former ones are of no use: what they held was sent again in
    /// this one.
    pub(super) fn destroy_replaced(&mut self) {
        for session_id in core::mem::take(&mut self.replaced_ids) {
            let body = functions::DestroySession { session_id }.to_bytes();
            self.outbox.push(Service::Other { body: body.into(), is_content: true });
        }
    }
}
