//! `bad_server_salt#edab447b`: the salt of our message has run out ("Notice of Ignored Error Message").

use crate::schema::types;
use crate::session::{Session, SessionError};
use crate::time::Now;

impl Session {
    /// Takes the new salt and sends the message again, if it was ours.
    pub(super) fn handle_bad_server_salt(
        &mut self,
        now: Now,
        bad: types::BadServerSalt,
    ) -> Result<(), SessionError> {
        if !self.is_ours(bad.bad_msg_id) {
            tracing::debug!("a salt for a message that was not ours is passed over");
            return Ok(());
        }
        tracing::debug!("the server gives a new salt");
        self.salts.replace(bad.new_server_salt, now);
        self.resend(now, bad.bad_msg_id, bad.error_code, false)
    }
}
