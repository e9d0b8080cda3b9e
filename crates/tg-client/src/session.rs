//! What is kept between two runs: the key, the server it belongs to, who is logged in, and a takeout that is open.
//!
//! | module | what it owns |
//! |---|---|
//! | `state` | the form of a session in memory |
//! | `text` | its text, with version and checksum |
//! | `identity` | the key that the text is encrypted to (age) |
//! | `private` | files that nobody else can read, replaced as a whole |
//! | `lock` | one process at a time |
//! | `file` | all of these together: [`SessionStore`] |
//! | `foreign` | sessions of other libraries |
//!
//! It knows nothing of connections, and nothing of where a passphrase comes from. A file is created with mode 0600 from
//! its first byte and replaced as a whole, so that a crash leaves the old session or the new one.

mod error;
mod file;
pub mod foreign;
mod identity;
mod lock;
pub mod private;
mod state;
mod text;

pub use self::error::SessionError;
pub use self::file::{Form, Protection, SessionStore, form};
pub use self::identity::{Identity, SCRYPT_LOG_N};
pub use self::lock::SessionLock;
pub use self::state::{
    AccountState, KeyState, OpenTakeout, SESSION_VERSION, ServerState, SessionState, TakeoutDelay,
};
