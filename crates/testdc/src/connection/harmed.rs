//! A stream that harms what is written to it, for a carrier that writes by itself (HTTP).

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::PIECE_PAUSE;
use super::mischief::{Mischief, Then};
use crate::centre::DataCentre;

/// What is written between two flushes is one write to the script: a response.
#[derive(Debug)]
pub(crate) struct Harmed<S> {
    stream: S,
    centre: Arc<DataCentre>,
    mischief: Mischief,
    /// Written, and not flushed yet.
    response: Vec<u8>,
    /// On its way.
    pieces: Option<Pieces>,
}

/// Bytes that go out in pieces, each by itself.
#[derive(Debug)]
struct Pieces {
    bytes: Vec<u8>,
    piece_bytes: usize,
    sent_bytes: usize,
    then: Then,
    /// A piece was written that is not the last one.
    is_piece_whole: bool,
    pause: Option<Pin<Box<Sleep>>>,
}

impl<S> Harmed<S> {
    pub(crate) fn new(stream: S, centre: Arc<DataCentre>) -> Self {
        Self { stream, centre, mischief: Mischief::prompt(), response: Vec::new(), pieces: None }
    }
}

impl Pieces {
    /// Sends what is left.
    fn poll_send<S: AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            if self.is_piece_whole {
                // TLS collects bytes until it is told
                ready!(Pin::new(&mut *stream).poll_flush(cx))?;
                self.is_piece_whole = false;
                self.pause = Some(Box::pin(sleep(PIECE_PAUSE)));
            }
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
            }
            let left = self.bytes.get(self.sent_bytes..).unwrap_or_default();
            if left.is_empty() {
                break;
            }
            let room = self.piece_bytes - self.sent_bytes % self.piece_bytes;
            let piece = left.get(..room).unwrap_or(left);
            let sent_bytes = ready!(Pin::new(&mut *stream).poll_write(cx, piece))?;
            self.sent_bytes += sent_bytes;
            self.is_piece_whole = sent_bytes == room && self.sent_bytes < self.bytes.len();
        }
        ready!(Pin::new(&mut *stream).poll_flush(cx))?;
        if self.then == Then::Close {
            ready!(Pin::new(&mut *stream).poll_shutdown(cx))?;
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Harmed<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if let Some(pieces) = &mut this.pieces {
            ready!(pieces.poll_send(&mut this.stream, cx))?;
            this.pieces = None;
        }
        this.response.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.pieces.is_none() && !this.response.is_empty() {
            let response = std::mem::take(&mut this.response);
            let shaped = this.mischief.shape(&response, &this.centre.faults);
            this.pieces = Some(Pieces {
                bytes: shaped.bytes,
                piece_bytes: shaped.piece_bytes,
                sent_bytes: 0,
                then: shaped.then,
                is_piece_whole: false,
                pause: None,
            });
        }
        if let Some(pieces) = &mut this.pieces {
            ready!(pieces.poll_send(&mut this.stream, cx))?;
            this.pieces = None;
        }
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(cx))?;
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Harmed<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, into)
    }
}
