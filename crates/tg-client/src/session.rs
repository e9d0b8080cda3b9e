//! What is kept between two runs: the key, the server it belongs to, who is logged in, and a takeout that is open.
//!
//! This module owns the form and the file of a session; it knows nothing of connections. The file is created with
//! mode 0600 from its first byte and replaced as a whole, so that a crash leaves the old session or the new one.

mod file;
mod state;

pub use self::file::{SessionError, SessionStore};
pub use self::state::{
    AccountState, KeyState, OpenTakeout, SESSION_VERSION, ServerState, SessionState, TakeoutDelay,
};
