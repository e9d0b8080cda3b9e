//! Streams that the caller opens.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::io::link::ByteStream;

type Opening = Pin<Box<dyn Future<Output = io::Result<Box<dyn ByteStream>>> + Send>>;

/// Opens a stream for each connection, in a way of the caller's own: a tunnel, or a pipe in memory.
#[derive(Clone)]
pub struct Opener(Arc<dyn Fn() -> Opening + Send + Sync>);

impl Opener {
    /// `open` is called for every connection, the first one and those after a break.
    pub fn new<F, R, S>(open: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = io::Result<S>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        Self(Arc::new(move || {
            let opening = open();
            Box::pin(async move {
                let stream: Box<dyn ByteStream> = Box::new(opening.await?);
                Ok(stream)
            })
        }))
    }

    pub(in crate::io) async fn open(&self) -> io::Result<Box<dyn ByteStream>> {
        (self.0)().await
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opener")
    }
}
