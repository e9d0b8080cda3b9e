//! A takeout session as a scope: whoever opens it finishes it (core.telegram.org/api/takeout).
//!
//! ```text
//! requested ──► open(id) ──► verified ──► finished(success)
//!     │  ▲          │  └────────────────► finished(without success): error, interruption, panic, next start
//!     ▼  │          └─ forgotten by the server: opened again, a bounded number of times
//!    delayed: TAKEOUT_INIT_DELAY_X, ask again with the same key
//! ```
//! Each state is in the session file before the next step: the id before its first use, so that a process that dies
//! leaves a trace and [`settle`] finishes what it left open; the date of a delay, so that a later run can tell.

mod delay;
mod open;
mod scope;

use std::time::Duration;

use tl_api::{Invoke, InvokeError, RpcError, functions, types};

pub use self::delay::{Clock, Delayed, Waiting};
pub use self::scope::Takeout;
use crate::allow_list::AlsoRead;
use crate::client::Client;
use crate::error::ClientError;
use crate::panicking::{Panic, caught};
use crate::session::OpenTakeout;

/// How a takeout session is opened.
#[derive(Debug, Clone)]
pub struct Terms<'a> {
    /// Wait for Telegram's permission; without it a delay is an error.
    pub waiting: Option<Waiting<'a>>,
    /// Open a new session, once, if another export takes over; without it that is the end.
    pub take_over: bool,
    /// What the dates are told by.
    pub clock: Clock,
}

impl Default for Terms<'_> {
    /// No waiting, no taking over.
    fn default() -> Self {
        Self { waiting: None, take_over: false, clock: Clock::system() }
    }
}

/// How long somebody who interrupts waits at most until the server knows: what stays open is on record.
const AFTER_INTERRUPTION: Duration = Duration::from_secs(3);

/// A takeout session could not be opened or was ended by the server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TakeoutError {
    /// `TAKEOUT_INIT_DELAY_X`: the account's other devices were asked; it may go on later, with the same key.
    #[error("Telegram holds this export back")]
    Delayed {
        /// How long the server wants to wait, unless the export is confirmed on another device before.
        wait: Duration,
    },
    /// The caller's own limit has passed, and Telegram still wants to wait.
    #[error("Telegram still holds this export back, after {} s", waited.as_secs())]
    StillDelayed {
        /// How long this process has waited.
        waited: Duration,
        /// How long the server still wants to wait.
        wait: Duration,
    },
    /// `TAKEOUT_INVALID` in answer to the question for a session: the owner has declined it on another device.
    #[error("the export was declined on another device")]
    Denied,
    /// `TAKEOUT_INVALID` inside of a session: another export of the same account took over.
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
    /// The work panicked; the takeout session was finished without success.
    #[error("the work inside the takeout session panicked")]
    Panicked(Panic),
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
/// returned `Ok`, without on an error, a panic, or when `interrupt` completes first.
///
/// The work must return `Ok` only when everything it was opened for is safe. From here on no method that changes the
/// account can leave the client, whoever calls it, and nothing beside the address book is read unless
/// [`Client::restrict_to_reading`] was called before with more.
///
/// # Errors
/// [`RunError`]: the session was not opened, the work failed, panicked, or was interrupted. Once it was open it was
/// finished before this returns, if the server could still be reached; otherwise it stays in the session file for
/// [`settle`].
pub async fn run<T, E, I, W>(
    client: &Client,
    terms: Terms<'_>,
    interrupt: impl Future<Output = I>,
    work: impl FnOnce(Takeout) -> W,
) -> Result<Finished<T>, RunError<E, I>>
where
    W: Future<Output = Result<T, E>>,
{
    client.restrict_to_reading(AlsoRead::default());
    tokio::pin!(interrupt);
    let takeout = opened(client, &terms, interrupt.as_mut()).await?;
    let outcome = tokio::select! {
        biased;
        reason = &mut interrupt => {
            client.stop_waiting();
            Err(RunError::Interrupted(reason))
        }
        result = caught(async { work(takeout.clone()).await }) => match result {
            Ok(result) => result.map_err(RunError::Work),
            Err(panic) => Err(RunError::Panicked(panic)),
        },
    };
    let patience = match outcome {
        Err(RunError::Interrupted(_)) => client.config().timeouts.finish.min(AFTER_INTERRUPTION),
        _ => client.config().timeouts.finish,
    };
    let finished = finish(client, takeout.id(), outcome.is_ok(), patience).await;
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
    finish(client, open.id, open.verified, client.config().timeouts.finish).await?;
    Ok(true)
}

/// Asks for a session until there is one, if the caller waits; otherwise once.
async fn opened<E, I>(
    client: &Client,
    terms: &Terms<'_>,
    mut interrupt: std::pin::Pin<&mut impl Future<Output = I>>,
) -> Result<Takeout, RunError<E, I>> {
    let start = terms.clock.now();
    loop {
        let opening = open::ask(client, &terms.clock);
        tokio::pin!(opening);
        let answer = tokio::select! {
            biased;
            answer = &mut opening => answer,
            reason = &mut interrupt => {
                client.stop_waiting();
                abandon(client, opening).await;
                return Err(RunError::Interrupted(reason));
            }
        };
        let error = match answer {
            Ok(id) => {
                return Ok(Takeout::new(client.clone(), id, terms.clock.clone(), terms.take_over));
            }
            Err(error) => error,
        };
        let (Some(wait), Some(waiting)) = (remaining(client, &error, terms), &terms.waiting) else {
            return Err(RunError::Open(refusal_to_open(error)));
        };
        let waited = terms.clock.now().duration_since(start).unwrap_or_default();
        if waiting.at_most.is_some_and(|at_most| waited >= at_most) {
            return Err(RunError::Open(TakeoutError::StillDelayed { waited, wait }));
        }
        tokio::select! {
            biased;
            reason = &mut interrupt => return Err(RunError::Interrupted(reason)),
            () = delay::until_next_question(wait, waiting, &terms.clock) => {}
        }
    }
}

/// What is left of the wait: as the server says, or, if a question during the wait got lost, as it said before. A
/// machine that was asleep or without a network for a while goes on waiting.
fn remaining(client: &Client, error: &InvokeError, terms: &Terms<'_>) -> Option<Duration> {
    if let Some(wait) = open::delay(error) {
        return Some(wait);
    }
    let InvokeError::Transport(source) = error else { return None };
    let lost = source.downcast_ref::<ClientError>().is_some_and(ClientError::is_connection_lost);
    let until_secs = client.session().state().delay.filter(|_| lost)?.until_secs;
    let left = until_secs.saturating_sub(terms.clock.now_secs());
    Some(Duration::from_secs(u64::try_from(left).unwrap_or_default()))
}

/// The request to open may have reached the server already: waits for the answer a little, and finishes what it opened.
async fn abandon(client: &Client, opening: impl Future<Output = Result<i64, InvokeError>>) {
    let patience = client.config().timeouts.finish;
    if let Ok(Ok(id)) = tokio::time::timeout(patience, opening).await
        && let Err(error) = finish(client, id, false, patience.min(AFTER_INTERRUPTION)).await
    {
        tracing::warn!(%error, "the takeout session is not known to be finished");
    }
}

async fn finish(client: &Client, id: i64, success: bool, patience: Duration) -> Result<(), ClientError> {
    if success {
        client.session().update(|state| state.takeout = Some(OpenTakeout { id, verified: true }))?;
    }
    let query = functions::account::FinishTakeoutSession { success };
    let request = functions::InvokeWithTakeout { takeout_id: id, query };
    let answer = tokio::time::timeout(patience, client.invoke(&request)).await;
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
    if let Some(wait) = open::delay(&error) {
        return TakeoutError::Delayed { wait };
    }
    match error {
        InvokeError::Rpc(rpc) if rpc.name() == "TAKEOUT_INVALID" => TakeoutError::TakenOver,
        other => TakeoutError::Client(other.into()),
    }
}

fn refusal_to_open(error: InvokeError) -> TakeoutError {
    match classify(error) {
        TakeoutError::TakenOver => TakeoutError::Denied,
        other => other,
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
