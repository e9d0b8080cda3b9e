//! The key exchange, from the server's side (protocol, "Creating an authorization key").
//!
//! **Owns** the exchanges in progress: three queries, three answers, every check that a server must make, and the
//! repetition of an answer when the same query comes again. **Must not know** sockets, frames or what keys are for: a
//! finished exchange hands a [`NewKey`] to whoever asked.
//!
//! ```text
//! req_pq_multi ─► AwaitDhParams ── req_DH_params ─► AwaitClientDh ── set_client_DH_params ─► Done
//!                                                        ▲  │ dh_gen_retry
//!                                                        └──┘              any fault ─► Refused (-404 from then on)
//! ```
//!
//! Read next: `query.rs` for the wire forms, then `begin.rs`, `params.rs`, `finish.rs`, a step each.

mod bad_group;
mod begin;
mod finish;
mod inner;
mod params;
mod plain;
mod query;

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use mtproto::crypto::AuthKey;
use serde::{Deserialize, Serialize};
use tl_codec::{Int128, Int256};

use crate::clock::UnixTime;
use crate::entropy::Entropy;
use crate::fault::{Fault, NoncePlace, Script};
use crate::key::RsaKey;
use crate::limits::{HANDSHAKE_LIFETIME, MAX_HANDSHAKES};

pub(crate) use bad_group::Parameters;
pub(crate) use plain::{PlainMessage, answer_plain};
use query::Query;
pub(crate) use query::query_name;

/// Why a query of the key exchange is refused. The client only ever sees the transport error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum HandshakeError {
    #[error("not a query of the key exchange")]
    Malformed,
    #[error("no exchange has these nonces")]
    UnknownRun,
    #[error("the exchange was refused before, or has no place for this query")]
    OutOfTurn,
    #[error("p and q are not the factors in order")]
    Factors,
    #[error("the server has no key of this fingerprint")]
    Fingerprint,
    #[error("the inner data cannot be opened")]
    InnerSealed,
    #[error("the inner data speaks of other values than the query")]
    InnerMismatch,
    #[error("data centre {got}, which is not this one")]
    WrongDc { got: i32 },
    #[error("a temporary key that lives for {expires_in} seconds")]
    Lifetime { expires_in: i32 },
    #[error("g_b is out of range")]
    PublicRange,
    #[error("retry_id is neither 0 nor that of the key before")]
    RetryId,
}

impl HandshakeError {
    /// The transport error that says it (protocol, "Transport errors").
    pub(crate) fn transport_code(self) -> i32 {
        if let Self::WrongDc { .. } = self { -444 } else { -404 }
    }
}

/// How long a key lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Lifetime {
    /// Until it is destroyed.
    Permanent,
    /// Until this time, for perfect forward secrecy.
    Until(UnixTime),
}

/// What an exchange leads to.
#[derive(Debug)]
pub(crate) struct NewKey {
    pub(crate) key: AuthKey,
    pub(crate) lifetime: Lifetime,
    pub(crate) first_salt: i64,
}

/// What the exchange needs of its server.
pub(crate) struct Host<'a> {
    pub(crate) rsa: &'a RsaKey,
    pub(crate) dc: DcIdentity,
    pub(crate) faults: &'a Script,
    pub(crate) now: UnixTime,
    /// Keeps a new key, unless its id is taken.
    pub(crate) keep: &'a dyn Fn(NewKey) -> bool,
}

impl Host<'_> {
    /// A nonce as it is sent: another one, if the script says so.
    fn nonce(&self, nonce: Int128, place: NoncePlace) -> Int128 {
        if self.faults.strikes(&Fault::WrongNonceIn { place }) { nonce.map(|byte| !byte) } else { nonce }
    }
}

/// How clients name this data centre in the key exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DcIdentity {
    pub(crate) id: i32,
    pub(crate) test_mode: bool,
}

impl DcIdentity {
    /// Whether a client's `dc` means this one: test servers are 10,000 further on, media connections negative.
    fn is_named_by(self, dc: i32) -> bool {
        let own = self.named();
        dc == own || dc == -own
    }

    /// Its number as clients name it.
    pub(crate) fn named(self) -> i32 {
        if self.test_mode { self.id.saturating_add(10_000) } else { self.id }
    }
}

/// Every exchange in progress.
#[derive(Debug, Default)]
pub(crate) struct Handshakes {
    runs: HashMap<RunId, Arc<Mutex<Run>>>,
    /// The server's nonce for a client's, to recognise a repeated first query.
    server_nonces: HashMap<Int128, Int128>,
    by_age: VecDeque<(UnixTime, RunId)>,
}

/// The nonces of both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct RunId {
    nonce: Int128,
    server_nonce: Int128,
}

/// One exchange.
#[derive(Debug)]
struct Run {
    id: RunId,
    p: u32,
    q: u32,
    state: State,
    /// The queries that were answered, with their answers: a repetition gets the same one.
    answered: Vec<(Vec<u8>, Vec<u8>)>,
}

enum State {
    AwaitDhParams,
    AwaitClientDh(Box<AwaitClientDh>),
    Done,
    Refused,
}

/// What the server remembers between `server_DH_params_ok` and the end.
struct AwaitClientDh {
    new_nonce: Int256,
    secret: [u8; 256],
    expires_in: Option<i32>,
    /// `auth_key_aux_hash` of the key that collided, after `dh_gen_retry`.
    retry_id: Option<i64>,
}

impl Handshakes {
    /// Answers one query (the body of a plain message).
    ///
    /// # Errors
    /// [`HandshakeError`]; an exchange with a fault is refused from then on.
    pub(crate) fn answer(
        this: &Mutex<Self>,
        body: &[u8],
        host: &Host<'_>,
        entropy: &mut Entropy,
    ) -> Result<Vec<u8>, HandshakeError> {
        let (query, body) = Query::read(body)?;
        let (nonce, server_nonce) = match query {
            Query::Pq { nonce } => {
                return Ok(this.lock().unwrap_or_else(PoisonError::into_inner).begin(nonce, host, entropy));
            }
            Query::DhParams(query::DhParams { nonce, server_nonce, .. })
            | Query::ClientDh(query::ClientDh { nonce, server_nonce, .. }) => (nonce, server_nonce),
        };
        // only the one run is locked while its RSA and Diffie-Hellman work is done
        let run =
            this.lock().unwrap_or_else(PoisonError::into_inner).find(RunId { nonce, server_nonce }, host.now);
        let run = run.ok_or(HandshakeError::UnknownRun)?;
        let mut run = run.lock().unwrap_or_else(PoisonError::into_inner);
        run.answer(body, &query, host, entropy)
    }

    fn find(&mut self, id: RunId, now: UnixTime) -> Option<Arc<Mutex<Run>>> {
        self.forget_old(now);
        self.runs.get(&id).cloned()
    }

    fn forget_old(&mut self, now: UnixTime) {
        while let Some(&(started, id)) = self.by_age.front() {
            if now.since(started) < HANDSHAKE_LIFETIME && self.by_age.len() < MAX_HANDSHAKES {
                break;
            }
            self.by_age.pop_front();
            self.runs.remove(&id);
            self.server_nonces.remove(&id.nonce);
        }
    }
}

impl Run {
    fn answer(
        &mut self,
        body: &[u8],
        query: &Query<'_>,
        host: &Host<'_>,
        entropy: &mut Entropy,
    ) -> Result<Vec<u8>, HandshakeError> {
        if matches!(self.state, State::Refused) {
            return Err(HandshakeError::OutOfTurn);
        }
        if let Some((_, answer)) = self.answered.iter().find(|(asked, _)| asked == body) {
            return Ok(answer.clone());
        }
        let answer = match query {
            Query::DhParams(query) => self.exchange_params(query, host, entropy),
            Query::ClientDh(query) => self.finish(query, host),
            Query::Pq { .. } => Err(HandshakeError::OutOfTurn),
        };
        match &answer {
            Ok(answer) => self.remember(body, answer),
            Err(_) => self.state = State::Refused,
        }
        answer
    }
}

/// Answers that one exchange keeps: three, and some repetitions of the last step.
const MAX_ANSWERS: usize = 8;

impl Run {
    fn remember(&mut self, query: &[u8], answer: &[u8]) {
        if self.answered.len() == MAX_ANSWERS {
            // the first answer stays: it is what a repeated `req_pq` gets
            self.answered.remove(1);
        }
        self.answered.push((query.to_vec(), answer.to_vec()));
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AwaitDhParams => "AwaitDhParams",
            Self::AwaitClientDh(_) => "AwaitClientDh",
            Self::Done => "Done",
            Self::Refused => "Refused",
        })
    }
}

#[cfg(test)]
mod tests;
