//! `rpc_result#f35c6d01`: the answer to a request ("RPC").

use bytes::Bytes;
use tl_codec::{Constructor as _, Decode as _};

use crate::schema::types;
use crate::session::accept::constructor_id;
use crate::session::{CallError, CallId, Event, RpcError, Session, SessionError, gzip_packed};

impl Session {
    /// Matches an answer to its request. One to no known request (answered already, or given up) is passed over; its
    /// ack was queued like every other.
    pub(super) fn handle_rpc_result(&mut self, body: &Bytes) -> Result<(), SessionError> {
        let answer = types::RpcResultRef::from_bytes(body)
            .map_err(|source| SessionError::Malformed { name: types::RpcResult::NAME, source })?;
        let Some(call) = self.calls.by_msg_id(answer.req_msg_id) else {
            tracing::debug!("an answer to no open request is passed over");
            return Ok(());
        };
        let result = self.unpack(body.slice_ref(answer.result.as_bytes())).and_then(result_or_error);
        self.resets_without_answer = 0;
        self.refused_services = 0;
        self.destroy_replaced();
        if !matches!(&result, Err(error) if self.heals(call, error)) {
            self.finish(call, result);
        }
        Ok(())
    }

    fn unpack(&mut self, result: Bytes) -> Result<Bytes, CallError> {
        match constructor_id(&result) {
            Some(types::GzipPacked::ID) => Ok(gzip_packed::read(&result, &mut self.room.for_answers)?),
            _ => Ok(result),
        }
    }

    /// Ends a request.
    pub(super) fn finish(&mut self, call: CallId, result: Result<Bytes, CallError>) {
        self.calls.remove(call);
        if self.ends_binding(call, &result) {
            return;
        }
        self.events.push_back(Event::Answer { call, result });
    }
}

/// What cannot be read as an `rpc_error` is handed out as it is: the caller's decoder says what is wrong with it.
fn result_or_error(result: Bytes) -> Result<Bytes, CallError> {
    if constructor_id(&result) != Some(types::RpcError::ID) {
        return Ok(result);
    }
    match types::RpcErrorRef::from_bytes(&result) {
        Ok(error) => {
            let message = error.error_message.to_str_lossy().into_owned();
            Err(CallError::Rpc(RpcError { code: error.error_code, message }))
        }
        Err(_) => Ok(result),
    }
}
