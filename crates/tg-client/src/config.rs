//! What a caller decides before the first byte is sent.

use std::time::Duration;

use secrecy::SecretString;

use crate::session::ServerState;

/// The data centre that a first connection goes to when nothing else is known (TDLib's choice).
pub const DEFAULT_DC_ID: i32 = 2;

/// The application's credentials, from my.telegram.org.
#[derive(Debug, Clone)]
pub struct ApiCredentials {
    /// `api_id`.
    pub api_id: i32,
    /// `api_hash`; only a login needs it.
    pub api_hash: SecretString,
}

/// How the device shows up in the account's list of sessions (`initConnection`, section 3.11).
///
/// None may be empty: the server refuses that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceInfo {
    /// `device_model`.
    pub device_model: String,
    /// `system_version`.
    pub system_version: String,
    /// `app_version`.
    pub app_version: String,
    /// `system_lang_code` and `lang_code`, ISO 639-1.
    pub lang_code: String,
}

/// Every wait of the client is bounded by one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// From the first connection attempt to a usable key.
    pub connect: Duration,
    /// From a request to its answer, reconnections included. Large enough for an address book of 100,000.
    pub request: Duration,
    /// The longest `FLOOD_WAIT_X` that is waited out; a longer one is returned to the caller.
    pub flood_wait: Duration,
    /// For the request that closes a takeout session; less when the work was interrupted.
    pub finish: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            request: Duration::from_secs(120),
            flood_wait: Duration::from_secs(60),
            finish: Duration::from_secs(10),
        }
    }
}

/// How to reach an account.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which application speaks.
    pub api_id: i32,
    /// What it calls itself.
    pub device: DeviceInfo,
    /// How long it waits.
    pub timeouts: Timeouts,
    /// Whether what is said is encrypted with temporary keys, so that whoever learns the session's key later cannot read
    /// it (perfect forward secrecy, section 2.6). Only a server that knows no temporary keys is a reason against it.
    pub temporary_keys: bool,
}

impl ServerState {
    /// Telegram itself.
    pub fn production() -> Self {
        Self::Production { dc_id: DEFAULT_DC_ID }
    }

    /// Telegram's test servers.
    pub fn test() -> Self {
        Self::Test { dc_id: DEFAULT_DC_ID }
    }
}
