//! `new_session_created#9ec20908`: the server has begun a session of its own ("New Session Creation Notification").

use crate::schema::types;
use crate::session::{Event, Session};
use crate::time::Now;

impl Session {
    /// Takes the salt, and sends again what the server's new session cannot know: unanswered requests that were sent
    /// before its first message.
    pub(super) fn handle_new_session_created(&mut self, now: Now, created: types::NewSessionCreated) {
        tracing::debug!("the server has begun a new session");
        self.salts.replace(created.server_salt, now);
        for call in self.calls.sent_before(created.first_msg_id) {
            self.calls.renew(call);
        }
        self.events.push_back(Event::NewSession);
    }
}
