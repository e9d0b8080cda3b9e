//! `account.initTakeoutSession`, with what it says on disk before anything else happens.

use std::time::Duration;

use tl_api::{Invoke, InvokeError, functions};

use super::delay::Clock;
use crate::client::Client;
use crate::error::ClientError;
use crate::session::{OpenTakeout, SessionState, TakeoutDelay};

/// What is asked for: the contacts, and nothing that is not exported.
fn request() -> functions::account::InitTakeoutSession {
    functions::account::InitTakeoutSession { contacts: true, ..Default::default() }
}

/// Asks the server for a takeout session. Its id is in the session file when this returns; so is the date if the
/// server wants to wait.
pub(super) async fn ask(client: &Client, clock: &Clock) -> Result<i64, InvokeError> {
    match client.invoke(&request()).await {
        Ok(reply) => {
            let id = reply.read()?.id;
            remember(client, |state| {
                state.takeout = Some(OpenTakeout { id, verified: false });
                state.delay = None;
            })?;
            Ok(id)
        }
        Err(error) => {
            if let Some(wait) = delay(&error) {
                let now = clock.now_secs();
                let until_secs = now.saturating_add(i64::try_from(wait.as_secs()).unwrap_or(i64::MAX));
                remember(client, |state| {
                    let asked_at_secs = state.delay.map_or(now, |delay| delay.asked_at_secs);
                    state.delay = Some(TakeoutDelay { asked_at_secs, until_secs });
                })?;
            } else if client.session().state().delay.is_some() && matches!(error, InvokeError::Rpc(_)) {
                // declined, or refused for another reason: nothing is pending any more
                remember(client, |state| state.delay = None)?;
            }
            Err(error)
        }
    }
}

/// `TAKEOUT_INIT_DELAY_X`
pub(super) fn delay(error: &InvokeError) -> Option<Duration> {
    match error {
        InvokeError::Rpc(rpc) if rpc.name() == "TAKEOUT_INIT_DELAY" => {
            rpc.parameter().map(|secs| Duration::from_secs(u64::from(secs)))
        }
        _ => None,
    }
}

fn remember(client: &Client, change: impl FnOnce(&mut SessionState)) -> Result<(), InvokeError> {
    client.session().update(change).map_err(|error| ClientError::from(error).into())
}

#[cfg(test)]
mod tests {
    use tl_codec::Encode;

    use super::*;

    #[test]
    fn exactly_what_is_exported_is_asked_for() {
        // account.initTakeoutSession#8ef3eab0 with flags.0, contacts, alone
        assert_eq!(request().to_bytes(), [0xb0, 0xea, 0xf3, 0x8e, 1, 0, 0, 0]);
    }
}
