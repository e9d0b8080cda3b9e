//! A WebSocket as a stream of bytes (RFC 6455): messages are joined, and each write is a message.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use futures_core::Stream;
use futures_sink::Sink;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode, header};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};

use crate::arrivals::Carrier;
use crate::centre::DataCentre;
use crate::connection::{self, Entrance};
use crate::limits::{FRAME_TIMEOUT, MAX_REQUEST_BYTES};

/// Where clients open WebSockets: at data centres and at test data centres.
const PATHS: [&str; 2] = ["/apiws", "/apiws_test"];

/// The only subprotocol.
const BINARY: &str = "binary";

/// What is read and written at once.
const BUFFER_BYTES: usize = 16 << 10;

/// Serves one connection until it ends.
pub(crate) async fn serve(
    id: u64,
    stream: impl AsyncRead + AsyncWrite + Unpin,
    centre: Arc<DataCentre>,
    carrier: Carrier,
) {
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_message_size(Some(MAX_REQUEST_BYTES))
        .max_frame_size(Some(MAX_REQUEST_BYTES));
    match timeout(FRAME_TIMEOUT, accept_hdr_async_with_config(stream, admit, Some(config))).await {
        Ok(Ok(socket)) => {
            let socket = Joined { socket, unread: Bytes::new() };
            connection::serve(id, socket, centre, Entrance::Obfuscated(carrier)).await;
        }
        Ok(Err(error)) => tracing::debug!(id, %error, "no WebSocket"),
        Err(_) => tracing::debug!(id, "a WebSocket was not opened in time"),
    }
}

#[expect(clippy::result_large_err, reason = "the crate's own form of a callback")]
fn admit(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    let refusal = |status| {
        let mut refusal = ErrorResponse::new(None);
        *refusal.status_mut() = status;
        refusal
    };
    if !PATHS.contains(&request.uri().path()) {
        return Err(refusal(StatusCode::NOT_FOUND));
    }
    let offered = request.headers().get(header::SEC_WEBSOCKET_PROTOCOL).and_then(|value| value.to_str().ok());
    if !offered.is_some_and(|offered| offered.split(',').any(|one| one.trim() == BINARY)) {
        return Err(refusal(StatusCode::BAD_REQUEST));
    }
    response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(BINARY));
    Ok(response)
}

/// The binary messages of a WebSocket, joined.
struct Joined<S> {
    socket: WebSocketStream<S>,
    unread: Bytes,
}

fn broken(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        other => io::Error::other(other),
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Joined<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while !self.unread.has_remaining() {
            let next = ready!(Pin::new(&mut self.socket).poll_next(cx)).transpose().map_err(broken)?;
            match next {
                Some(Message::Binary(content)) => self.unread = content,
                Some(Message::Text(_)) => {
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "text")));
                }
                Some(Message::Close(_)) | None => return Poll::Ready(Ok(())),
                Some(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
            }
        }
        let count = into.remaining().min(self.unread.remaining());
        into.put_slice(&self.unread.split_to(count));
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Joined<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, content: &[u8]) -> Poll<io::Result<usize>> {
        ready!(Pin::new(&mut self.socket).poll_ready(cx)).map_err(broken)?;
        let message = Message::Binary(Bytes::copy_from_slice(content));
        Pin::new(&mut self.socket).start_send(message).map_err(broken)?;
        Poll::Ready(Ok(content.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx).map_err(broken)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match ready!(Pin::new(&mut self.socket).poll_close(cx)) {
            Ok(()) | Err(Error::ConnectionClosed | Error::AlreadyClosed) => Poll::Ready(Ok(())),
            Err(error) => Poll::Ready(Err(broken(error))),
        }
    }
}
