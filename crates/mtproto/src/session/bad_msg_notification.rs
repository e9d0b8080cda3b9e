//! `bad_msg_notification#a7eff811`: the server has refused one of our messages ("Notice of Ignored Error Message").
//!
//! | code | cause | reaction |
//! |---|---|---|
//! | 16 | our clock is behind | take the server's time, send again |
//! | 17 | our clock is ahead | take the server's time, new session |
//! | 18, 19, 34, 35 | an impossible id or number: a mistake of ours | new session |
//! | 20 | too old for the server to tell | send again |
//! | 32, 33 | sequence numbers got out of step | new session |
//! | 48 | the salt, without a new one | send again |
//! | 64 | a container that the server cannot read | send its messages singly |
//!
//! A request that was sent before a break and is refused when it is repeated is not sent again at once: the server is asked
//! first whether it has it from the first time (`msgs_state_req`). Only a new session knows nothing of the former one.
//!
//! Every reaction is bounded: by [`MAX_RESENDS`](crate::limits::MAX_RESENDS) a request and
//! [`MAX_SESSION_RESETS`](crate::limits::MAX_SESSION_RESETS) a session.

use crate::schema::types;
use crate::session::calls::Refused;
use crate::session::sent::{Record, Service};
use crate::session::{CallError, CallId, Session, SessionError};
use crate::time::Now;

impl Session {
    /// Reacts by the table. `msg_id` is the notification's own id: the server's present.
    pub(super) fn handle_bad_msg_notification(
        &mut self,
        now: Now,
        msg_id: i64,
        bad: types::BadMsgNotification,
    ) -> Result<(), SessionError> {
        if !self.is_ours(bad.bad_msg_id) {
            tracing::debug!(code = bad.error_code, "a refusal of a message that was not ours is passed over");
            return Ok(());
        }
        tracing::warn!(code = bad.error_code, "the server refuses a message");
        match bad.error_code {
            16 => {
                self.clock.correct(msg_id, now);
                self.resend(now, bad.bad_msg_id, bad.error_code, false)
            }
            17 => {
                self.clock.correct(msg_id, now);
                self.order_reset()
            }
            18 | 19 | 32..=35 => self.order_reset(),
            64 => self.resend(now, bad.bad_msg_id, bad.error_code, true),
            // 20, 48, and what later versions may add: once more, within the bound
            _ => self.resend(now, bad.bad_msg_id, bad.error_code, false),
        }
    }

    /// Whether one of our messages had this id, so that nobody can make us react by guessing.
    pub(super) fn is_ours(&self, msg_id: i64) -> bool {
        self.calls.by_msg_id(msg_id).is_some() || self.sent.contains(msg_id)
    }

    /// Queues a message for another id; all of its messages, if it was a container.
    pub(super) fn resend(
        &mut self,
        now: Now,
        msg_id: i64,
        code: i32,
        alone: bool,
    ) -> Result<(), SessionError> {
        self.send_again(msg_id, &mut |session, call, msg_id| match session.calls.refused(
            call,
            msg_id,
            alone,
            session.patience_until(now),
        ) {
            Refused::GoesOn => {}
            Refused::Asks(msg_id) => session.outbox.ask_state(&[msg_id]),
            Refused::TooOften(times) => session.finish(call, Err(CallError::Refused { code, times })),
        })
    }

    /// Queues what stood under an id once more: a service message under another one, a request as `with_call` has it, and
    /// each message of a container.
    pub(super) fn send_again(
        &mut self,
        msg_id: i64,
        with_call: &mut dyn FnMut(&mut Self, CallId, i64),
    ) -> Result<(), SessionError> {
        if let Some(call) = self.calls.by_msg_id(msg_id) {
            with_call(self, call, msg_id);
            return Ok(());
        }
        match self.sent.take(msg_id) {
            Some(Record::Container(msg_ids)) => {
                msg_ids.into_iter().try_for_each(|inner| self.send_again(inner, with_call))
            }
            Some(Record::Service(service)) => self.resend_service(service),
            None => Ok(()),
        }
    }

    /// Service messages count against the bound of the session: a server that refuses them for ever must not be
    /// answered for ever.
    fn resend_service(&mut self, service: Service) -> Result<(), SessionError> {
        self.refused_services += 1;
        if self.refused_services > crate::limits::MAX_REFUSED_SERVICES {
            return Err(SessionError::TooManyRefusals { limit: crate::limits::MAX_REFUSED_SERVICES });
        }
        self.outbox.push(service);
        Ok(())
    }
}
