//! stub
use crate::config::Timeouts;
use crate::error::ClientError;
use crate::session::{KeyState, ServerState};
use bytes::Bytes;
#[derive(Debug)]
pub(crate) struct Link;
impl Link {
    pub(crate) async fn open(
        _s: &ServerState,
        _k: Option<KeyState>,
        _t: &Timeouts,
    ) -> Result<Self, ClientError> {
        Ok(Self)
    }
    pub(crate) fn key_state(&self) -> Option<KeyState> {
        None
    }
    pub(crate) async fn call(&self, _r: Bytes) -> Result<Bytes, ClientError> {
        Err(ClientError::Stopped)
    }
    pub(crate) async fn close(&self) {}
}
