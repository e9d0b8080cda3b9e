//! Sessions of other libraries: what their strings and files say, as facts about a login.
//!
//! | form | what it is |
//! |---|---|
//! | [`telethon_string`] | Telethon's `StringSession`, version 1 |
//! | [`telethon_file`] | Telethon's `SQLite` file |
//! | [`pyrogram_string`] | Pyrogram's and kurigram's string, three lengths |
//! | [`mtcute_string`] | mtcute's string, version 3 |
//!
//! Nothing here talks to a server: whether the key still opens an account is asked by whoever imports it.

mod sqlite;
mod strings;
mod telethon;

use mtproto::crypto::AuthKey;

pub use self::strings::{mtcute_string, pyrogram_string, telethon_string, to_telethon_string};
pub use self::telethon::telethon_file;

/// A login as another library keeps it.
#[derive(Debug)]
#[non_exhaustive]
pub struct ForeignSession {
    /// The data centre that made the key.
    pub dc_id: i32,
    /// Whether that is one of Telegram's test servers, if the form says so.
    pub is_test: Option<bool>,
    /// The permanent authorisation key.
    pub auth_key: AuthKey,
    /// The application that logged in, if the form says so.
    pub api_id: Option<i32>,
    /// Who is logged in, if the form says so.
    pub user_id: Option<i64>,
}

/// A text or file that is not a session of the form that it should have. No message quotes any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForeignError {
    /// The text is not base64.
    #[error("the text is not base64")]
    NotBase64,
    /// The version is one that is not known.
    #[error("it has version {got}, which is not known")]
    Version {
        /// The version in the text.
        got: u8,
    },
    /// The length is none that the form has.
    #[error("it has {got} bytes, which is no length of such a session")]
    Length {
        /// How many there are.
        got: usize,
    },
    /// It ends too early, or something in it is of the wrong kind.
    #[error("it is damaged, or of another form")]
    Malformed,
    /// There is no key in it: nobody was logged in.
    #[error("it holds no key: nobody is logged in with it")]
    NoKey,
    /// The `SQLite` file has changes beside it that are not in it yet.
    #[error("the library that owns the file has not finished with it: close it first")]
    Unfinished,
    /// The file is larger than any login.
    #[error("it is far too large for a session")]
    TooLarge,
    /// The file cannot be read.
    #[error("the file cannot be read: {kind}")]
    Io {
        /// Why not.
        kind: std::io::ErrorKind,
    },
}

/// The key of these bytes; a key of zeros is what some libraries write for none.
fn key(bytes: &[u8]) -> Result<AuthKey, ForeignError> {
    let mut bytes =
        zeroize::Zeroizing::new(<[u8; AuthKey::BYTES]>::try_from(bytes).map_err(|_| match bytes.len() {
            0 => ForeignError::NoKey,
            got => ForeignError::Length { got },
        })?);
    if bytes.iter().all(|byte| *byte == 0) { Err(ForeignError::NoKey) } else { Ok(AuthKey::new(&mut bytes)) }
}
