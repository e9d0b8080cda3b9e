//! `rpc_error#2144ca19`: refusals that are the session's own matter, not the caller's.
//!
//! | name | cause | reaction |
//! |---|---|---|
//! | `AUTH_KEY_PERM_EMPTY` | the temporary key is not bound (any more) | bind it, send again |
//! | `MSG_WAIT_TIMEOUT` | the request before took longer than the server waits | send again |
//! | `MSG_WAIT_FAILED` | the request before failed, or was never received | wait for its answer here, send again |
//!
//! Each reaction counts as a refusal of the request, and is bounded by [`MAX_RESENDS`](crate::limits::MAX_RESENDS).

use crate::session::calls::Body;
use crate::session::{CallError, CallId, Session};

impl Session {
    /// Whether a request goes on in spite of its refusal.
    pub(super) fn heals(&mut self, call: CallId, error: &CallError) -> bool {
        let CallError::Rpc(error) = error else { return false };
        let waited = matches!(self.calls.body_of(call), Some(Body::After(..)));
        match error.message.as_str() {
            "AUTH_KEY_PERM_EMPTY" if self.has_temporary_key() => {
                let goes_on = self.calls.count_refusal(call).is_none();
                if goes_on {
                    self.bind_again();
                }
                goes_on
            }
            "MSG_WAIT_TIMEOUT" if waited => self.calls.count_refusal(call).is_none(),
            "MSG_WAIT_FAILED" if waited => {
                let goes_on = self.calls.count_refusal(call).is_none();
                if goes_on {
                    self.calls.hold(call);
                }
                goes_on
            }
            _ => false,
        }
    }
}
