//! A WebSocket as a stream of bytes (RFC 6455): where one message ends and the next begins means nothing.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use futures_core::Stream as _;
use futures_sink::Sink as _;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderValue, header};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::io::CarrierError;
use crate::io::link::ByteStream;
use crate::limits::MAX_WEBSOCKET_MESSAGE_BYTES;

/// How much is read and written at once.
const BUFFER_BYTES: usize = 16 << 10;

/// The subprotocol that Telegram's servers demand.
const SUBPROTOCOL: HeaderValue = HeaderValue::from_static("binary");

/// A WebSocket whose binary messages are one stream of bytes.
pub(in crate::io) struct WebSocket {
    socket: WebSocketStream<Box<dyn ByteStream>>,
    /// What is left of the message that arrived last.
    unread: Bytes,
}

/// Opens a WebSocket on a connection. `url` is `ws://…` or `wss://…`; the connection is TLS already if it must be.
pub(in crate::io) async fn open(url: &str, stream: Box<dyn ByteStream>) -> Result<WebSocket, CarrierError> {
    let failed = |error: Error| CarrierError::WebSocket(error.into());
    let mut request = url.into_client_request().map_err(failed)?;
    request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL);
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_message_size(Some(MAX_WEBSOCKET_MESSAGE_BYTES))
        .max_frame_size(Some(MAX_WEBSOCKET_MESSAGE_BYTES));
    let (socket, _) = client_async_with_config(request, stream, Some(config)).await.map_err(failed)?;
    Ok(WebSocket { socket, unread: Bytes::new() })
}

fn to_io(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        Error::ConnectionClosed | Error::AlreadyClosed => io::ErrorKind::ConnectionReset.into(),
        other => io::Error::other(other),
    }
}

impl AsyncRead for WebSocket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.unread.is_empty() {
            match ready!(Pin::new(&mut self.socket).poll_next(cx)) {
                Some(Ok(Message::Binary(bytes))) => self.unread = bytes,
                Some(Ok(Message::Text(_))) => {
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "a message of text")));
                }
                // answered inside
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                // the stream has ended; why is said in it
                Some(Ok(Message::Close(_))) | None => return Poll::Ready(Ok(())),
                Some(Err(error)) => return Poll::Ready(Err(to_io(error))),
            }
        }
        let len = self.unread.len().min(into.remaining());
        into.put_slice(self.unread.get(..len).unwrap_or_default());
        self.unread.advance(len);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for WebSocket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        ready!(Pin::new(&mut self.socket).poll_ready(cx)).map_err(to_io)?;
        let len = from.len().min(BUFFER_BYTES);
        let message = Bytes::copy_from_slice(from.get(..len).unwrap_or_default());
        Pin::new(&mut self.socket).start_send(Message::Binary(message)).map_err(to_io)?;
        Poll::Ready(Ok(len))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx).map_err(to_io)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match ready!(Pin::new(&mut self.socket).poll_close(cx)) {
            Ok(()) | Err(Error::ConnectionClosed | Error::AlreadyClosed) => Poll::Ready(Ok(())),
            Err(error) => Poll::Ready(Err(to_io(error))),
        }
    }
}
