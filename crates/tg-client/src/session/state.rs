//! The form of a session.

use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use mtproto::crypto::AuthKey;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// The version that this program writes; it reads the older ones too (see `text`).
pub const SESSION_VERSION: u32 = 2;

/// All that a later run needs to go on as the same device.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionState {
    /// The application that logged in (my.telegram.org).
    pub api_id: i32,
    /// The server that holds the account.
    pub server: ServerState,
    /// The authorisation key, once one was made.
    pub key: Option<KeyState>,
    /// Who is logged in.
    pub account: Option<AccountState>,
    /// A takeout session that was opened and is not known to be finished.
    pub takeout: Option<OpenTakeout>,
    /// A takeout session that Telegram does not open yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<TakeoutDelay>,
}

impl SessionState {
    /// A session that has no key yet.
    pub fn new(api_id: i32, server: ServerState) -> Self {
        Self { api_id, server, key: None, account: None, takeout: None, delay: None }
    }
}

/// Which data centre, and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ServerState {
    /// Telegram's production data centre of this number.
    Production {
        /// `1..=5`.
        dc_id: i32,
    },
    /// Telegram's test data centre of this number.
    Test {
        /// `1..=3`.
        dc_id: i32,
    },
    /// A server that the user named.
    Custom {
        /// The data centre number that the server calls itself.
        dc_id: i32,
        /// `host:port`.
        address: String,
        /// Its public RSA key, PEM.
        rsa_key_pem: String,
    },
}

impl ServerState {
    /// The data centre's number.
    pub fn dc_id(&self) -> i32 {
        match self {
            Self::Production { dc_id } | Self::Test { dc_id } | Self::Custom { dc_id, .. } => *dc_id,
        }
    }
}

/// An authorisation key with what belongs to it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyState {
    /// The 256 bytes of the key.
    #[serde(serialize_with = "write_key", deserialize_with = "read_key")]
    pub auth_key: AuthKey,
    /// The server salt that was last in force (protocol, section 3.8).
    pub server_salt: i64,
    /// Server time minus local time, in seconds.
    pub time_offset_secs: i64,
    /// When the key was made, in seconds since 1970-01-01 00:00:00 UTC by the local clock; `None` for one that came from
    /// another program. A refusal of a key that is a moment old is not final ("Perfect Forward Secrecy").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at_secs: Option<u64>,
}

impl fmt::Debug for KeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyState(<redacted>)")
    }
}

/// Who is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountState {
    /// The user's id.
    pub user_id: i64,
}

/// A takeout session that the server still holds open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenTakeout {
    /// `takeout_id` of `account.takeout`.
    pub id: i64,
    /// Whether all that it was opened for stands verified on disk, so that it may be finished with success.
    pub verified: bool,
}

/// What Telegram answered when a takeout session was asked for and may not be opened yet.
///
/// Both times are this machine's clock: they are for people to read. Whether the wait is over is the server's to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakeoutDelay {
    /// When it was asked for first, in Unix seconds.
    pub asked_at_secs: i64,
    /// When it may be opened without anybody's confirmation, in Unix seconds.
    pub until_secs: i64,
}

fn write_key<S: Serializer>(key: &AuthKey, serializer: S) -> Result<S::Ok, S::Error> {
    let text = Zeroizing::new(BASE64.encode(key.as_bytes()));
    serializer.serialize_str(&text)
}

fn read_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AuthKey, D::Error> {
    let text = Zeroizing::new(String::deserialize(deserializer)?);
    // neither error repeats the text
    let bytes =
        BASE64.decode(text.as_bytes()).map_err(|_| serde::de::Error::custom("the key is not base64"))?;
    let bytes = Zeroizing::new(bytes);
    let mut array = <[u8; AuthKey::BYTES]>::try_from(bytes.as_slice())
        .map_err(|_| serde::de::Error::custom("the key does not have 256 bytes"))?;
    Ok(AuthKey::new(&mut array))
}
