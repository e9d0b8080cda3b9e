//! `new_session_created#9ec20908`: the server has begun a session of its own ("New Session Creation Notification").

use crate::schema::types;
use crate::session::{Event, Session};

impl Session {
    /// Takes the salt, and sends again what the server's new session cannot know: unanswered requests that were sent
    /// before its first message.
    pub(super) fn handle_new_session_created(&mut self, created: types::NewSessionCreated) {
        tracing::debug!("the server has begun a new session");
        self.server_salt = created.server_salt;
        for call in self.calls.sent_before(created.first_msg_id) {
            self.calls.renew(call);
        }
        self.events.push_back(Event::NewSession);
    }
}
