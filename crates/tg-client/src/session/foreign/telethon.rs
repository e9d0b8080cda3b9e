//! Telethon's file: the table `sessions`, whose one row is the login.

use std::fs;
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use super::sqlite::{Database, Value};
use super::{ForeignError, ForeignSession, key};

/// The largest file that is read: a session of somebody with a hundred thousand known entities has about 20 MB.
const MAX_FILE_BYTES: u64 = 256 * 1024 * 1024;

/// Reads a Telethon session file: the columns `dc_id` (the row's number), `server_address`, `port`, `auth_key`.
///
/// # Errors
/// [`ForeignError`], also if the library has changes beside the file that are not in it yet.
pub fn telethon_file(path: &Path) -> Result<ForeignSession, ForeignError> {
    for suffix in ["-wal", "-journal"] {
        let mut beside = path.as_os_str().to_owned();
        beside.push(suffix);
        if fs::metadata(beside).is_ok_and(|found| found.len() > 0) {
            return Err(ForeignError::Unfinished);
        }
    }
    let io = |error: std::io::Error| ForeignError::Io { kind: error.kind() };
    let file = fs::File::open(path).map_err(io)?;
    if file.metadata().map_err(io)?.len() > MAX_FILE_BYTES {
        return Err(ForeignError::TooLarge);
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(MAX_FILE_BYTES).read_to_end(&mut bytes).map_err(io)?;
    sessions(&bytes)
}

fn sessions(bytes: &[u8]) -> Result<ForeignSession, ForeignError> {
    let rows = Database::new(bytes)?.rows("sessions")?;
    let row = rows.first().ok_or(ForeignError::NoKey)?;
    let auth_key = match row.values.get(3) {
        Some(Value::Blob(bytes)) => key(bytes)?,
        Some(Value::Null) => return Err(ForeignError::NoKey),
        _ => return Err(ForeignError::Malformed),
    };
    let dc_id = i32::try_from(row.id).map_err(|_| ForeignError::Malformed)?;
    Ok(ForeignSession { dc_id, is_test: None, auth_key, api_id: None, user_id: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by Telethon 1.45 with a key of 0, 1, 2, … and data centre 2.
    const WRITTEN: &[u8] = include_bytes!("../../../tests/vectors/telethon.session");

    #[test]
    fn a_file_that_telethon_wrote_is_read() {
        let read = sessions(WRITTEN).unwrap();
        let key: Vec<u8> = (0..=255).collect();
        assert_eq!((read.dc_id, read.auth_key.as_bytes().as_slice()), (2, key.as_slice()));
    }

    #[test]
    fn cut_or_changed_bytes_are_no_reason_to_panic() {
        for len in (0..WRITTEN.len()).step_by(97) {
            assert!(sessions(&WRITTEN[..len]).is_err() || len > 8192, "{len}");
        }
        for index in 0..WRITTEN.len().min(12_288) {
            let mut bytes = WRITTEN.to_vec();
            bytes[index] ^= 0xff;
            // the key itself has no checksum there; all else is an error or the same
            drop(sessions(&bytes));
        }
    }
}
