//! The text of a session: JSON with a version and a checksum, so that no part of it can change unseen.
//!
//! ```text
//! {"version":2,"sha256":"<hex of the session's bytes>","session":{…}}
//! ```
//!
//! The checksum finds a torn or rotten file, not somebody who can write it: that is what the encryption is for.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::error::{SessionError, malformed};
use super::state::{AccountState, KeyState, OpenTakeout, SESSION_VERSION, ServerState, SessionState};

/// Long enough for any session: a buffer that grows leaves copies of the key behind.
const TEXT_BYTES: usize = 8192;

#[derive(Deserialize)]
struct Version {
    version: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    #[serde(rename = "version")]
    _version: u64,
    sha256: &'a str,
    #[serde(borrow)]
    session: &'a RawValue,
}

/// Version 1: no checksum, and the fields side by side with the version.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstVersion {
    #[serde(rename = "version")]
    _version: u64,
    api_id: i32,
    server: ServerState,
    key: Option<KeyState>,
    account: Option<AccountState>,
    takeout: Option<OpenTakeout>,
}

/// Reads a text of this version or an older one; says which it was.
///
/// # Errors
/// [`SessionError::Malformed`], [`SessionError::Version`].
pub(super) fn parse(path: &Path, text: &[u8]) -> Result<(SessionState, u64), SessionError> {
    let Version { version } = from_json(path, text)?;
    match version {
        1 => from_json(path, text).map(|first: FirstVersion| (SessionState::from(first), version)),
        _ if version == u64::from(SESSION_VERSION) => {
            let envelope: Envelope<'_> = from_json(path, text)?;
            let session = envelope.session.get().as_bytes();
            if hex::encode(Sha256::digest(session)) != envelope.sha256 {
                return Err(malformed(path, "its checksum is wrong"));
            }
            from_json(path, session).map(|state| (state, version))
        }
        got => Err(SessionError::Version { path: path.to_owned(), got }),
    }
}

/// Writes it down.
///
/// # Errors
/// [`SessionError::Io`], if the state has no JSON form.
pub(super) fn write(path: &Path, state: &SessionState) -> Result<Zeroizing<Vec<u8>>, SessionError> {
    let fault = |error: serde_json::Error| SessionError::Io {
        action: "write",
        path: path.to_owned(),
        source: error.into(),
    };
    let mut session = Zeroizing::new(Vec::with_capacity(TEXT_BYTES));
    state.serialize(&mut serde_json::Serializer::new(&mut *session)).map_err(fault)?;
    let checksum = hex::encode(Sha256::digest(&*session));
    let mut text = Zeroizing::new(Vec::with_capacity(TEXT_BYTES));
    text.extend_from_slice(
        format!(r#"{{"version":{SESSION_VERSION},"sha256":"{checksum}","session":"#).as_bytes(),
    );
    text.extend_from_slice(&session);
    text.push(b'}');
    Ok(text)
}

fn from_json<'a, T: Deserialize<'a>>(path: &Path, text: &'a [u8]) -> Result<T, SessionError> {
    // serde's own messages may quote the text, which holds the key: only the class of the error is kept
    serde_json::from_slice(text).map_err(|error| {
        let reason = match error.classify() {
            serde_json::error::Category::Eof => "it ends too early",
            serde_json::error::Category::Data => "a value is missing, unknown or of the wrong kind",
            serde_json::error::Category::Io | serde_json::error::Category::Syntax => "it is not JSON",
        };
        malformed(path, reason)
    })
}

impl From<FirstVersion> for SessionState {
    fn from(first: FirstVersion) -> Self {
        let FirstVersion { _version: _, api_id, server, key, account, takeout } = first;
        Self { key, account, takeout, ..Self::new(api_id, server) }
    }
}

#[cfg(test)]
mod tests {
    use mtproto::crypto::AuthKey;

    use super::*;

    fn path() -> &'static Path {
        Path::new("session")
    }

    fn state() -> SessionState {
        let key = KeyState {
            auth_key: AuthKey::new(&mut [7; 256]),
            server_salt: -5,
            time_offset_secs: 3,
            made_at_secs: Some(1_700_000_000),
        };
        SessionState { key: Some(key), ..SessionState::new(17, ServerState::production()) }
    }

    #[test]
    fn every_prefix_and_every_flipped_bit_is_refused_without_its_content() {
        let text = write(path(), &state()).unwrap();
        assert!(parse(path(), &text).is_ok());
        for len in 0..text.len() {
            let error = parse(path(), &text[..len]).unwrap_err();
            assert!(matches!(error, SessionError::Malformed { .. }), "{len}: {error}");
            assert!(!format!("{error:?}").contains("BwcH"), "{len}: the key is in the message");
        }
        for index in 0..text.len() {
            for bit in 0..8 {
                let mut text = text.to_vec();
                text[index] ^= 1 << bit;
                let error = parse(path(), &text).map(|_| ()).unwrap_err();
                assert!(
                    matches!(error, SessionError::Malformed { .. } | SessionError::Version { .. }),
                    "{index}.{bit}: {error}"
                );
            }
        }
    }

    #[test]
    fn the_first_version_is_read_and_newer_ones_are_not_guessed_at() {
        let key = "BwcH".repeat(85) + "Bw==";
        let first = format!(
            r#"{{"version":1,"api_id":17,"server":{{"kind":"test","dc_id":2}},
            "key":{{"auth_key":"{key}","server_salt":-5,"time_offset_secs":3}},
            "account":{{"user_id":8}},"takeout":{{"id":9,"verified":true}}}}"#
        );
        let (state, version) = parse(path(), first.as_bytes()).unwrap();
        assert_eq!((version, state.api_id, state.server), (1, 17, ServerState::Test { dc_id: 2 }));
        assert_eq!(state.key.unwrap().auth_key.as_bytes(), &[7; 256]);
        assert_eq!(state.account, Some(AccountState { user_id: 8 }));
        assert_eq!(state.takeout, Some(OpenTakeout { id: 9, verified: true }));

        let newer = parse(path(), br#"{"version":3,"anything":[]}"#).unwrap_err();
        assert!(matches!(newer, SessionError::Version { got: 3, .. }));
    }
}
