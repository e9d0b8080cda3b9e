//! The handle that wraps every request, and opens the session again where that is allowed.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use tl_api::{InvokeError, InvokeRaw, RpcError, functions};
use tl_codec::{Encode, RawBytes};
use tokio::sync::Mutex;

use super::delay::Clock;
use super::open;
use crate::client::Client;

/// How often a session that the server has forgotten (`TAKEOUT_REQUIRED`) is opened again: a server that forgets every
/// one is not asked for ever.
const MAX_REOPENINGS: u32 = 2;

/// An open takeout session: each request goes out inside `invokeWithTakeout#aca9fd2e`.
#[derive(Debug, Clone)]
pub struct Takeout {
    client: Client,
    held: Arc<Held>,
}

#[derive(Debug)]
struct Held {
    /// The id that is in force.
    id: AtomicI64,
    clock: Clock,
    /// Held while a new session is opened, so that calls in parallel open one and not many.
    budget: Mutex<Budget>,
}

/// What may still be opened.
#[derive(Debug)]
struct Budget {
    reopenings: u32,
    take_overs: u32,
}

impl Takeout {
    /// `take_over`: whether a session that another export has ended (`TAKEOUT_INVALID`) is opened again, once.
    pub(super) fn new(client: Client, id: i64, clock: Clock, take_over: bool) -> Self {
        let budget = Budget { reopenings: MAX_REOPENINGS, take_overs: u32::from(take_over) };
        let held = Held { id: AtomicI64::new(id), clock, budget: Mutex::new(budget) };
        Self { client, held: Arc::new(held) }
    }

    /// `takeout_id`
    pub fn id(&self) -> i64 {
        self.held.id.load(Ordering::Acquire)
    }

    /// The account's connection, for requests that must not be wrapped.
    pub fn client(&self) -> &Client {
        &self.client
    }

    async fn wrapped(&self, request: &Bytes) -> Result<Bytes, InvokeError> {
        loop {
            let id = self.id();
            let query = RawBytes(request.to_vec());
            let wrapped = functions::InvokeWithTakeout { takeout_id: id, query }.to_bytes();
            match self.client.invoke_raw(Bytes::from(wrapped)).await {
                Err(InvokeError::Rpc(error)) => {
                    if !self.opened_again(&error, id).await? {
                        return Err(InvokeError::Rpc(error));
                    }
                }
                result => return result,
            }
        }
    }

    /// Whether there is a new session after this refusal under `id`.
    async fn opened_again(&self, error: &RpcError, id: i64) -> Result<bool, InvokeError> {
        let mut budget = self.held.budget.lock().await;
        let left = match error.name() {
            "TAKEOUT_REQUIRED" => &mut budget.reopenings,
            "TAKEOUT_INVALID" => &mut budget.take_overs,
            _ => return Ok(false),
        };
        if self.id() != id {
            // another call has opened it meanwhile
            return Ok(true);
        }
        let Some(rest) = left.checked_sub(1) else { return Ok(false) };
        *left = rest;
        tracing::info!(error = error.name(), "opening the takeout session again");
        let id = open::ask(&self.client, &self.held.clock).await?;
        self.held.id.store(id, Ordering::Release);
        Ok(true)
    }
}

impl InvokeRaw for Takeout {
    fn invoke_raw(
        &self,
        request: Bytes,
    ) -> Pin<Box<dyn Future<Output = Result<Bytes, InvokeError>> + Send + '_>> {
        Box::pin(async move { self.wrapped(&request).await })
    }
}
