//! A takeout session as a scope: whoever opens it finishes it (core.telegram.org/api/takeout).
//!
//! ```text
//! requested ──► open(id) ──► verified ──► finished(success)
//!     │             └─────────────────► finished(without success)
//!     └─ delayed: TAKEOUT_INIT_DELAY_X, come back with the same key after X seconds
//! ```
//! The id is in the session file before its first use, so that a process that dies leaves a trace: [`settle`] finishes
//! what an earlier run left open.

mod scope;

use std::time::Duration;

use tl_api::{Invoke, InvokeError, RpcError, functions, types};

pub use self::scope::Takeout;
use crate::client::Client;
use crate::error::ClientError;
use crate::session::OpenTakeout;

/// A takeout session could not be opened or was ended by the server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TakeoutError {
    /// `TAKEOUT_INIT_DELAY_X`: the account's other devices were asked; it may go on later, with the same key.
    #[error("Telegram allows this export in {} minutes", wait.as_secs().div_ceil(60))]
    Delayed {
        /// How long the server wants to wait, unless the export is confirmed on another device before.
        wait: Duration,
    },
    /// `TAKEOUT_INVALID`: another export of the same account took over.
    #[error("another export of this account has taken over")]
    TakenOver,
    /// Anything else.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// How [`run`] can end without a value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError<E, I> {
    /// The takeout session was not opened.
    #[error("the takeout session could not be opened")]
    Open(#[source] TakeoutError),
    /// The work failed; the takeout session was finished without success.
    #[error("the work inside the takeout session failed")]
    Work(E),
    /// The work was interrupted; the takeout session was finished without success.
    #[error("interrupted")]
    Interrupted(I),
}

/// The value of the work, and whether the server heard that it succeeded.
#[derive(Debug)]
pub struct Finished<T> {
    /// What the work returned.
    pub value: T,
    /// Why the server could not be told; the next [`settle`] tells it.
    pub finish_error: Option<ClientError>,
}

/// Opens a takeout session for contacts, does `work` in it, and finishes it: with success exactly when the work
/// returned `Ok`, without on an error or when `interrupt` completes first.
///
/// The work must return `Ok` only when everything it was opened for is safe.
///
/// # Errors
/// [`RunError`]: the session was not opened, the work failed, or it was interrupted. In the last two cases it was
/// finished before this returns, if the server could still be reached; otherwise it stays in the session file for
/// [`settle`].
pub async fn run<T, E, I, W>(
    client: &Client,
    interrupt: impl Future<Output = I>,
    work: impl FnOnce(Takeout) -> W,
) -> Result<Finished<T>, RunError<E, I>>
where
    W: Future<Output = Result<T, E>>,
{
    tokio::pin!(interrupt);
    let takeout = {
        let opening = open(client);
        tokio::pin!(opening);
        tokio::select! {
            biased;
            opened = &mut opening => opened.map_err(RunError::Open)?,
            reason = &mut interrupt => {
                abandon(client, opening).await;
                return Err(RunError::Interrupted(reason));
            }
        }
    };
    let outcome = tokio::select! {
        biased;
        reason = &mut interrupt => Err(RunError::Interrupted(reason)),
        result = work(takeout.clone()) => result.map_err(RunError::Work),
    };
    let finished = finish(client, &takeout, outcome.is_ok()).await;
    if let Err(error) = &finished {
        tracing::warn!(%error, "the takeout session is not known to be finished");
    }
    outcome.map(|value| Finished { value, finish_error: finished.err() })
}

/// Finishes a takeout session that an earlier run left open. Returns whether there was one.
///
/// # Errors
/// [`ClientError`] if the server cannot be reached; the session stays on record.
pub async fn settle(client: &Client) -> Result<bool, ClientError> {
    let Some(open) = client.session().state().takeout else {
        return Ok(false);
    };
    finish(client, &Takeout::new(client.clone(), open.id), open.verified).await?;
    Ok(true)
}

async fn open(client: &Client) -> Result<Takeout, TakeoutError> {
    let request = functions::account::InitTakeoutSession { contacts: true, ..Default::default() };
    let reply = client.invoke(&request).await.map_err(classify)?;
    let id = reply.read().map_err(ClientError::from)?.id;
    let remember = |state: &mut crate::session::SessionState| {
        state.takeout = Some(OpenTakeout { id, verified: false });
    };
    client.session().update(remember).map_err(ClientError::from)?;
    Ok(Takeout::new(client.clone(), id))
}

/// The request to open may have reached the server already: waits for the answer a little, and finishes what it opened.
async fn abandon(client: &Client, opening: impl Future<Output = Result<Takeout, TakeoutError>>) {
    let patience = client.config().timeouts.finish;
    if let Ok(Ok(takeout)) = tokio::time::timeout(patience, opening).await
        && let Err(error) = finish(client, &takeout, false).await
    {
        tracing::warn!(%error, "the takeout session is not known to be finished");
    }
}

async fn finish(client: &Client, takeout: &Takeout, success: bool) -> Result<(), ClientError> {
    if success {
        client.session().update(|state| {
            state.takeout = Some(OpenTakeout { id: takeout.id(), verified: true });
        })?;
    }
    let request = functions::account::FinishTakeoutSession { success };
    let patience = client.config().timeouts.finish;
    let answer = tokio::time::timeout(patience, takeout.invoke(&request)).await;
    match answer.unwrap_or_else(|_| Err(ClientError::Timeout { after: patience }.into())) {
        Ok(_) => {}
        // the server has already ended it: nothing is left open
        Err(InvokeError::Rpc(error)) if is_gone(&error) => {}
        Err(error) => return Err(error.into()),
    }
    client.session().update(|state| state.takeout = None)?;
    Ok(())
}

fn is_gone(error: &RpcError) -> bool {
    matches!(error.name(), "TAKEOUT_INVALID" | "TAKEOUT_REQUIRED")
}

/// Sorts the server's answer to a request of a takeout session.
pub fn classify(error: InvokeError) -> TakeoutError {
    match error {
        InvokeError::Rpc(rpc) => match (rpc.name(), rpc.parameter()) {
            ("TAKEOUT_INIT_DELAY", Some(seconds)) => {
                TakeoutError::Delayed { wait: Duration::from_secs(u64::from(seconds)) }
            }
            ("TAKEOUT_INVALID", _) => TakeoutError::TakenOver,
            _ => TakeoutError::Client(InvokeError::Rpc(rpc).into()),
        },
        other => TakeoutError::Client(other.into()),
    }
}

/// The account itself, for the call that the documentation wants before a takeout session is opened.
///
/// # Errors
/// [`ClientError`]; `AUTH_KEY_UNREGISTERED` and its kin mean that nobody is logged in.
pub async fn announce(client: &Client) -> Result<(), ClientError> {
    let request = functions::users::GetUsers { id: vec![types::InputUserSelf {}.into()] };
    client.invoke(&request).await?.read()?;
    Ok(())
}
