//! What the script has in store for a message that is about to be sent.

use std::time::Duration;

use super::Output;
use crate::fault::{Fault, MethodName};
use crate::session::Kind;

/// What becomes of a message.
#[derive(Clone, Copy)]
pub(super) enum Fate {
    Twice,
    Cut { after_bytes: Option<usize> },
    Corrupt { byte: Option<usize> },
    Late { by: Duration },
    Lost,
    Replaced { code: i32 },
}

/// Messages that answer no call of the API, by the names under which a fault can wait for them. `*` does not mean them.
const NAMED: [&str; 7] = [
    "req_pq_multi",
    "req_DH_params",
    "set_client_DH_params",
    "ping",
    "ping_delay_disconnect",
    "new_session_created",
    "update",
];

/// Whether a fault can wait for a message that answers no call of the API.
pub(crate) fn is_named(fault: &Fault, name: &str) -> bool {
    let is_fate = matches!(
        fault,
        Fault::Duplicate { .. }
            | Fault::CloseInReply { .. }
            | Fault::Corrupt { .. }
            | Fault::Delay { .. }
            | Fault::Drop { .. }
            | Fault::TransportError { .. }
    );
    is_fate && NAMED.contains(&name)
}

impl Fate {
    /// What a fault does to a message of a session. Late answers to calls are late before they are messages, so that
    /// nothing else waits for them.
    pub(super) fn of(fault: &Fault, kind: Kind) -> Option<Self> {
        match kind {
            Kind::Answer(reply) if fault.method()?.matches(reply.method) => {
                Self::done_by(fault).filter(|fate| !matches!(fate, Self::Late { .. }))
            }
            Kind::Answer(_) => None,
            Kind::Notice(name) | Kind::News(name) => Self::of_named(fault, name),
        }
    }

    /// What a fault does to a message that answers no call.
    pub(super) fn of_named(fault: &Fault, name: &str) -> Option<Self> {
        let is_meant = matches!(fault.method()?, MethodName::Is(wanted) if wanted == name);
        if is_meant { Self::done_by(fault) } else { None }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the other faults happen elsewhere")]
    fn done_by(fault: &Fault) -> Option<Self> {
        match fault {
            Fault::Duplicate { .. } => Some(Self::Twice),
            Fault::CloseInReply { after_bytes, .. } => Some(Self::Cut { after_bytes: *after_bytes }),
            Fault::Corrupt { byte, .. } => Some(Self::Corrupt { byte: *byte }),
            Fault::Delay { by, .. } => Some(Self::Late { by: *by }),
            Fault::Drop { .. } => Some(Self::Lost),
            Fault::TransportError { code, .. } => Some(Self::Replaced { code: *code }),
            _ => None,
        }
    }

    /// What the connection is to do with a message.
    pub(super) fn meet(fate: Option<Self>, message: Vec<u8>) -> Vec<Output> {
        match fate {
            None => vec![Output::Message(message)],
            Some(Self::Twice) => vec![Output::Message(message.clone()), Output::Message(message)],
            Some(Self::Cut { after_bytes }) => vec![Output::Cut { message, after_bytes }],
            Some(Self::Corrupt { byte }) => vec![Output::Message(corrupted(message, byte))],
            Some(Self::Late { by }) => vec![Output::Late { message, by }],
            Some(Self::Lost) => Vec::new(),
            Some(Self::Replaced { code }) => vec![Output::Error(code)],
        }
    }
}

/// A message with one bit changed, in the middle if not said where.
fn corrupted(mut sealed: Vec<u8>, byte: Option<usize>) -> Vec<u8> {
    let byte = byte.unwrap_or(sealed.len() / 2).min(sealed.len().saturating_sub(1));
    if let Some(hit) = sealed.get_mut(byte) {
        *hit ^= 1;
    }
    sealed
}
