//! `rpc_error`: how the API refuses a call.

use std::fmt;

use crate::fault::Fault;

/// A code and a name, like `400 PHONE_CODE_INVALID`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: i32,
    pub(crate) text: String,
}

impl Refusal {
    pub(crate) fn new(code: i32, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// 400: the request itself is wrong.
    pub(crate) fn bad(text: &str) -> Self {
        Self::new(400, text)
    }

    /// 401: the client is not, or not fully, logged in.
    pub(crate) fn unauthorized(text: &str) -> Self {
        Self::new(401, text)
    }

    /// 403: not in this way.
    pub(crate) fn forbidden(text: &str) -> Self {
        Self::new(403, text)
    }

    /// What a fault says in place of an answer, if it is one of that kind.
    pub(super) fn scripted(fault: &Fault, is_wrapped: bool) -> Option<Self> {
        if let Fault::RpcError { code, message, .. } = fault {
            Some(Self::new(*code, message.clone()))
        } else if let Fault::FloodWait { seconds, .. } = fault {
            Some(Self::flood(*seconds))
        } else if let Fault::RefuseWrapped { .. } = fault {
            is_wrapped.then(|| Self::bad("INPUT_METHOD_INVALID"))
        } else {
            None
        }
    }

    /// 420: not before so many seconds.
    pub(crate) fn flood(seconds: u32) -> Self {
        Self::new(420, format!("FLOOD_WAIT_{seconds}"))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.text)
    }
}
