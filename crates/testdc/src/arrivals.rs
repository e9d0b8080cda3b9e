//! How clients came in: what each connection spoke, told from its own bytes.
//!
//! **Owns** the record of the latest connections. **Must not know** how they are told apart.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::limits::MAX_ARRIVALS;

/// One connection that has said how it speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Arrival {
    /// The data centre that it came to.
    pub dc_id: i32,
    /// What carries it.
    pub carrier: Carrier,
    /// How it marks frames; HTTP has no frames.
    pub framing: Option<FramingName>,
    /// Whether its frames look like random bytes.
    pub obfuscated: bool,
}

/// What carries a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Carrier {
    /// TCP.
    Tcp,
    /// The MTProxy in front.
    Mtproxy,
    /// The MTProxy in front, by a connection that looks like TLS.
    FakeTls,
    /// A WebSocket.
    Ws,
    /// A WebSocket in TLS.
    Wss,
    /// HTTP requests.
    Http,
    /// HTTP requests in TLS.
    Https,
}

/// How frames are marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FramingName {
    /// One or four bytes of length.
    Abridged,
    /// Four bytes of length.
    Intermediate,
    /// The same with random bytes behind the content.
    PaddedIntermediate,
    /// Length, number and checksum.
    Full,
}

/// The latest arrivals, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Arrivals(Mutex<VecDeque<Arrival>>);

impl Arrivals {
    pub(crate) fn note(&self, arrival: Arrival) {
        tracing::debug!(?arrival);
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.len() == MAX_ARRIVALS {
            latest.pop_front();
        }
        latest.push_back(arrival);
    }

    pub(crate) fn latest(&self) -> Vec<Arrival> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room() {
        let arrivals = Arrivals::default();
        for dc_id in 0..=i32::try_from(MAX_ARRIVALS).unwrap() {
            let (carrier, framing) = (Carrier::Tcp, Some(FramingName::Full));
            arrivals.note(Arrival { dc_id, carrier, framing, obfuscated: false });
        }
        let latest = arrivals.latest();
        assert_eq!((latest.len(), latest.first().map(|arrival| arrival.dc_id)), (MAX_ARRIVALS, Some(1)));
    }

    #[test]
    fn the_json_form_is_the_one_that_scripts_read() {
        let (carrier, framing) = (Carrier::FakeTls, Some(FramingName::PaddedIntermediate));
        let json = serde_json::to_string(&Arrival { dc_id: 2, carrier, framing, obfuscated: true }).unwrap();
        let expected =
            r#"{"dc_id":2,"carrier":"fake_tls","framing":"padded_intermediate","obfuscated":true}"#;
        assert_eq!(json, expected);
    }
}
