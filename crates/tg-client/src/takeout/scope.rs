//! The handle that wraps every request.

use std::pin::Pin;

use bytes::Bytes;
use tl_api::{InvokeError, InvokeRaw, functions};
use tl_codec::{Encode, RawBytes};

use crate::client::Client;

/// An open takeout session: each request goes out inside `invokeWithTakeout#aca9fd2e`.
#[derive(Debug, Clone)]
pub struct Takeout {
    client: Client,
    id: i64,
}

impl Takeout {
    pub(crate) fn new(client: Client, id: i64) -> Self {
        Self { client, id }
    }

    /// `takeout_id`.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The account's connection, for requests that must not be wrapped.
    pub fn client(&self) -> &Client {
        &self.client
    }
}

impl InvokeRaw for Takeout {
    fn invoke_raw(
        &self,
        request: Bytes,
    ) -> Pin<Box<dyn Future<Output = Result<Bytes, InvokeError>> + Send + '_>> {
        let query = RawBytes(request.to_vec());
        let wrapped = functions::InvokeWithTakeout { takeout_id: self.id, query }.to_bytes();
        self.client.invoke_raw(Bytes::from(wrapped))
    }
}
