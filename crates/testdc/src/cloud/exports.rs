//! Logins that a client carries from its home to another data centre ("Working with Different Data Centers").

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::account::Account;
use crate::clock::UnixTime;
use crate::entropy::Entropy;
use crate::limits::MAX_EXPORTS;

/// Bytes of an export.
const EXPORT_BYTES: usize = 128;

/// How long a client has to carry it over.
const LIFETIME: Duration = Duration::from_secs(60);

/// Why an export is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ExportError {
    #[error("AUTH_BYTES_INVALID")]
    Bytes,
    #[error("USER_ID_INVALID")]
    User,
}

#[derive(Debug)]
struct Export {
    account: Arc<Account>,
    to_dc: i32,
    expires_at: UnixTime,
}

/// Every export on its way.
#[derive(Debug, Default)]
pub(crate) struct Exports(HashMap<Vec<u8>, Export>);

impl Exports {
    /// A proof for one login at one other data centre.
    pub(crate) fn export(
        &mut self,
        account: &Arc<Account>,
        to_dc: i32,
        now: UnixTime,
        entropy: &mut Entropy,
    ) -> Vec<u8> {
        self.0.retain(|_, export| now < export.expires_at);
        if self.0.len() >= MAX_EXPORTS {
            let oldest = self.0.iter().min_by_key(|(_, export)| export.expires_at);
            if let Some(oldest) = oldest.map(|(bytes, _)| bytes.clone()) {
                self.0.remove(&oldest);
            }
        }
        let bytes = entropy.bytes(EXPORT_BYTES);
        let export = Export { account: Arc::clone(account), to_dc, expires_at: now.after(LIFETIME) };
        self.0.insert(bytes.clone(), export);
        bytes
    }

    /// Takes a proof; it is good once.
    ///
    /// # Errors
    /// [`ExportError`].
    pub(crate) fn import(
        &mut self,
        user_id: i64,
        bytes: &[u8],
        dc_id: i32,
        now: UnixTime,
    ) -> Result<Arc<Account>, ExportError> {
        let export = self.0.remove(bytes).ok_or(ExportError::Bytes)?;
        if export.to_dc != dc_id || export.expires_at <= now {
            return Err(ExportError::Bytes);
        }
        if export.account.profile.user_id != user_id {
            return Err(ExportError::User);
        }
        Ok(export.account)
    }
}
