//! `auth.bindTempAuthKey#cdd42a05`: a temporary key stands for a permanent one ("Perfect Forward Secrecy").
//!
//! The permanent key never encrypts what is said; it only signs, in [`crate::envelope::seal_bind_message`], that the
//! temporary key speaks for it. Whoever learns the permanent key later can read nothing that was recorded before.
//!
//! ```text
//! new temporary key ─► binding ─► (introduction) ─► requests ─► KeyExpires ─► hold, settle ─► replace_key ─► binding …
//! ```
//! The method belongs to the API's schema, which this crate does not know; its declaration stands here because the inner
//! message repeats the id of the message that carries it, so that only the session can make the call.

use core::time::Duration;

use bytes::Bytes;
use tl_codec::Encode as _;

use crate::crypto::AuthKey;
use crate::envelope::seal_bind_message;
use crate::limits::KEY_RENEWAL_RETRY;
use crate::random::{Random, fill_array};
use crate::schema::types;
use crate::session::calls::Body;
use crate::session::clock::Clock;
use crate::session::salts::Salts;
use crate::session::{CallError, CallId, Event, Resume, RpcError, Session, SessionError};
use crate::time::Now;

/// `auth.bindTempAuthKey perm_auth_key_id:long nonce:long expires_at:int encrypted_message:bytes = Bool`
const BIND_TEMP_AUTH_KEY: u32 = 0xcdd4_2a05;

/// `boolTrue`
const BOOL_TRUE: u32 = 0x9972_75b5;

/// The length of the call: 24 bytes, and 104 with four of length.
pub(super) const CALL_BYTES: usize = 132;

/// What makes a key a temporary one.
#[derive(Debug, Clone)]
pub struct TemporaryKey {
    /// The key that it stands for.
    pub permanent_key: AuthKey,
    /// When the server forgets it (server time, [`Established::expires_at`](crate::handshake::Established::expires_at)).
    pub expires_at: i32,
}

/// How far the binding of the session's key has come.
#[derive(Debug)]
pub(super) struct Binding {
    key: TemporaryKey,
    /// The call that binds, until it is answered.
    call: Option<CallId>,
    /// The call behind it that introduces the client again, until it is answered.
    introduction: Option<CallId>,
    /// When another key is wanted, on the monotonic clock.
    renewal_at: Option<Duration>,
}

impl Session {
    /// Makes a session with a temporary key. It is bound before any request is sent.
    pub fn with_temporary_key(
        config: crate::session::Config,
        resume: Resume,
        key: TemporaryKey,
        random: &mut dyn Random,
    ) -> Self {
        let mut session = Self::new(config, resume, random);
        session.bind(key, None);
        session
    }

    /// Goes on with another temporary key, in a new session, after [`handle_disconnected`](Self::handle_disconnected).
    /// The key is bound first; then `introduction` is sent, a request whose answer nobody waits for (a server knows of a
    /// client what was said over the key: the API's `initConnection`); then come the requests that have no answer yet.
    pub fn replace_key(
        &mut self,
        resume: Resume,
        key: TemporaryKey,
        introduction: Option<Bytes>,
        random: &mut dyn Random,
    ) {
        if let Some(old) = self.binding.take() {
            for call in [old.call, old.introduction].into_iter().flatten() {
                self.calls.remove(call);
            }
        }
        self.reset(random);
        // sessions belong to keys: the server ends these with the old one
        self.former_ids.clear();
        self.replaced_ids.clear();
        self.auth_key = resume.auth_key;
        self.salts = Salts::new(resume.server_salt);
        self.clock = Clock::new(resume.time_offset_secs, resume.clock_is_fresh);
        self.calls.is_on_hold = false;
        self.bind(key, introduction);
    }

    fn bind(&mut self, key: TemporaryKey, introduction: Option<Bytes>) {
        let call = Some(self.calls.add_urgent(Body::Binding));
        let introduction = introduction.map(|request| self.calls.add_urgent(Body::Request(request)));
        self.binding = Some(Binding { key, call, introduction, renewal_at: None });
    }

    /// Whether the session's key is a temporary one.
    pub fn has_temporary_key(&self) -> bool {
        self.binding.is_some()
    }

    /// Another key is at hand: requests that were never sent wait for it, and
    /// [`may_replace_key`](Self::may_replace_key) says when the others are settled.
    pub fn hold_requests(&mut self) {
        self.calls.is_on_hold = true;
    }

    /// Whether the key may be replaced now: every request that was sent is answered, or half of the time in which the key
    /// should have been replaced is over.
    pub fn may_replace_key(&self, now: Now) -> bool {
        let ends = self.binding.as_ref().map(|binding| from_secs(binding.key.expires_at));
        let latest = self.clock.server_time(now) + self.config.renew_key_before / 2;
        ends.is_some_and(|ends| ends <= latest) || self.calls.is_settled()
    }

    /// Sets the timer after which another key is wanted. A key serves for half of its time at least: one that lives
    /// shorter than the lead must not be replaced for ever.
    pub(super) fn plan_renewal(&mut self, now: Now) {
        let server_time = self.clock.server_time(now);
        if let Some(binding) = &mut self.binding {
            let left = from_secs(binding.key.expires_at).saturating_sub(server_time);
            let wanted = left.saturating_sub(self.config.renew_key_before).max(left / 2);
            binding.renewal_at = Some(now.monotonic + wanted);
        }
    }

    pub(super) fn renewal_deadline(&self) -> Option<Duration> {
        self.binding.as_ref().and_then(|binding| binding.renewal_at)
    }

    /// Asks for another key when its time has come, and again as long as none is brought.
    pub(super) fn check_renewal(&mut self, now: Now) {
        let Some(binding) = &mut self.binding else { return };
        if binding.renewal_at.is_some_and(|at| at <= now.monotonic) {
            binding.renewal_at = Some(now.monotonic + KEY_RENEWAL_RETRY);
            self.events.push_back(Event::KeyExpires);
        }
    }

    pub(super) fn binding_deadline(&self) -> Option<Duration> {
        self.calls.waits_for_urgent_since().map(|since| since + self.config.binding_timeout)
    }

    /// Nothing else is sent while the server owes the answer to the binding: one that is lost is not waited for until the
    /// last request has run out of time.
    pub(super) fn check_binding(&self, now: Now) -> Result<(), SessionError> {
        match self.binding_deadline() {
            Some(deadline) if deadline <= now.monotonic => {
                Err(SessionError::BindingUnanswered { secs: self.config.binding_timeout.as_secs() })
            }
            _ => Ok(()),
        }
    }

    /// The call that binds, for the message of this id.
    pub(super) fn binding_call(&self, msg_id: i64, random: &mut dyn Random) -> Bytes {
        let Some(Binding { key, .. }) = &self.binding else { return Bytes::new() };
        let inner = types::BindAuthKeyInner {
            nonce: i64::from_le_bytes(fill_array(random)),
            temp_auth_key_id: self.auth_key.id(),
            perm_auth_key_id: key.permanent_key.id(),
            temp_session_id: self.id,
            expires_at: key.expires_at,
        };
        let mut call = Vec::with_capacity(CALL_BYTES);
        BIND_TEMP_AUTH_KEY.encode(&mut call);
        inner.perm_auth_key_id.encode(&mut call);
        inner.nonce.encode(&mut call);
        inner.expires_at.encode(&mut call);
        seal_bind_message(&key.permanent_key, msg_id, &inner, random).encode(&mut call);
        call.into()
    }

    /// Whether an answer was to one of the session's own calls; it is dealt with then.
    pub(super) fn ends_binding(&mut self, call: CallId, result: &Result<Bytes, CallError>) -> bool {
        let Some(binding) = &mut self.binding else { return false };
        if binding.introduction == Some(call) {
            binding.introduction = None;
            if let Err(error) = result {
                tracing::warn!(%error, "the server does not take the introduction over the new key");
            }
            return true;
        }
        if binding.call != Some(call) {
            return false;
        }
        binding.call = None;
        match result {
            Ok(body) if *body == BOOL_TRUE.to_le_bytes().as_slice() => tracing::debug!("the key is bound"),
            Ok(_) => self.is_not_bound(not_true()),
            Err(error) => self.is_not_bound(error.clone()),
        }
        true
    }

    /// Nothing goes out over a key that stands for nobody.
    fn is_not_bound(&mut self, error: CallError) {
        self.calls.is_on_hold = true;
        self.events.push_back(Event::NotBound { error });
    }

    /// The server says that the key is not bound (any more): it is bound again, before anything else is sent.
    pub(super) fn bind_again(&mut self) {
        if let Some(binding) = self.binding.as_mut().filter(|binding| binding.call.is_none()) {
            binding.call = Some(self.calls.add_urgent(Body::Binding));
        }
    }
}

/// `boolFalse`, or no `Bool` at all: no server says so, and it can only mean one thing.
fn not_true() -> CallError {
    CallError::Rpc(RpcError { code: 400, message: "ENCRYPTED_MESSAGE_INVALID".into() })
}

fn from_secs(secs: i32) -> Duration {
    Duration::from_secs(u64::try_from(secs).unwrap_or(0))
}
