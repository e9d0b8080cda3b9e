//! One connection, whatever carries it: messages out, messages in.

mod stream;

#[cfg(feature = "web")]
use std::collections::VecDeque;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite};

use self::stream::{FrameReader, FrameWriter, Framed};
#[cfg(feature = "web")]
use crate::frame::TransportError;
use crate::frame::obfuscation::ProxyHint;
use crate::frame::{Frame, FrameKind};
#[cfg(feature = "web")]
use crate::io::carrier::http::{Answers, Posts};
use crate::io::{Error, OsRandom};
#[cfg(feature = "web")]
use crate::limits::MIN_MESSAGE_FRAME_BYTES;
use crate::random::Random;

/// Anything that carries bytes both ways.
pub(super) trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for T {}

/// A connection to a server.
pub(super) struct Link {
    pub(super) reader: LinkReader,
    pub(super) writer: LinkWriter,
    /// Whether a step of a key exchange was answered.
    pub(super) has_answered: bool,
}

/// What arrives.
pub(super) enum LinkReader {
    Framed(Box<FrameReader>),
    #[cfg(feature = "web")]
    Http {
        answers: Answers,
        /// What has arrived and was not taken.
        unread: VecDeque<BytesMut>,
        /// How many of the requests that waited have come back, and nobody was told.
        polls_ended: usize,
    },
}

/// What is sent.
pub(super) enum LinkWriter {
    Framed(Box<FrameWriter>),
    #[cfg(feature = "web")]
    Http(Posts),
}

impl From<Framed> for Link {
    fn from(framed: Framed) -> Self {
        Self {
            reader: LinkReader::Framed(Box::new(framed.reader)),
            writer: LinkWriter::Framed(Box::new(framed.writer)),
            has_answered: false,
        }
    }
}

impl Link {
    /// A link of frames on a stream.
    pub(super) fn new(stream: Box<dyn ByteStream>, kind: FrameKind) -> Self {
        Framed::new(stream, kind).into()
    }

    /// A link whose bytes look random.
    pub(super) fn obfuscated(
        stream: Box<dyn ByteStream>,
        kind: FrameKind,
        hint: ProxyHint<'_>,
        random: &mut dyn Random,
    ) -> Result<Self, Error> {
        Ok(Framed::obfuscated(stream, kind, hint, random)?.into())
    }

    /// The same in records of TLS; `behind_hello` is what has arrived of them.
    pub(super) fn disguised(
        stream: Box<dyn ByteStream>,
        hint: ProxyHint<'_>,
        behind_hello: BytesMut,
        random: &mut dyn Random,
    ) -> Result<Self, Error> {
        let framed = Framed::obfuscated(stream, FrameKind::PaddedIntermediate, hint, random)?;
        Ok(framed.wrapped_in_records(behind_hello).into())
    }

    /// A link of HTTP requests.
    #[cfg(feature = "web")]
    pub(super) fn http((posts, answers): (Posts, Answers)) -> Self {
        Self {
            reader: LinkReader::Http { answers, unread: VecDeque::new(), polls_ended: 0 },
            writer: LinkWriter::Http(posts),
            has_answered: false,
        }
    }

    /// Sends a plain message and waits for one: a step of the key exchange.
    pub(super) async fn exchange(
        &mut self,
        message: &[u8],
        random: &mut OsRandom,
    ) -> Result<BytesMut, Error> {
        self.writer.queue(message, Wish::Nothing, random)?;
        while self.writer.has_unsent() {
            self.writer.send().await?;
        }
        loop {
            match self.reader.next_frame()? {
                Some(Frame::Message(body)) => {
                    self.has_answered = true;
                    return Ok(body);
                }
                Some(Frame::TransportError(error)) => return Err(error.into()),
                Some(Frame::QuickAck(_)) => {}
                None => self.reader.read().await?,
            }
        }
    }
}

/// What a message wants beside being sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Nothing,
    /// A quick ack.
    QuickAck,
    /// To be waited for: it holds the session's `http_wait`.
    Poll,
}

impl LinkReader {
    /// Waits for something. Safe to cancel: what has arrived is kept.
    pub(super) async fn read(&mut self) -> Result<(), Error> {
        match self {
            Self::Framed(reader) => reader.read().await,
            #[cfg(feature = "web")]
            Self::Http { answers, unread, polls_ended } => {
                let answer = answers.next().await?;
                *polls_ended += usize::from(answer.is_poll);
                unread.push_back(answer.body);
                Ok(())
            }
        }
    }

    /// The next frame, if it has arrived whole.
    pub(super) fn next_frame(&mut self) -> Result<Option<Frame>, Error> {
        match self {
            Self::Framed(reader) => reader.next_frame(),
            #[cfg(feature = "web")]
            Self::Http { unread, .. } => Ok(unread.pop_front().and_then(bare_frame)),
        }
    }

    /// How many requests that waited have come back since the last call.
    #[cfg_attr(not(feature = "web"), expect(clippy::needless_pass_by_ref_mut, reason = "HTTP counts them"))]
    pub(super) fn take_ended_polls(&mut self) -> usize {
        match self {
            Self::Framed(_) => 0,
            #[cfg(feature = "web")]
            Self::Http { polls_ended, .. } => std::mem::take(polls_ended),
        }
    }
}

/// What a body without a frame around it is; nothing for one that says nothing.
#[cfg(feature = "web")]
fn bare_frame(body: BytesMut) -> Option<Frame> {
    if body.len() >= MIN_MESSAGE_FRAME_BYTES {
        return Some(Frame::Message(body));
    }
    let code = i32::from_le_bytes(*body.first_chunk()?);
    (code != 0).then_some(Frame::TransportError(TransportError { code }))
}

impl LinkWriter {
    /// Queues a message.
    pub(super) fn queue(&mut self, message: &[u8], wish: Wish, random: &mut dyn Random) -> Result<(), Error> {
        match self {
            Self::Framed(writer) => writer.queue(message, wish == Wish::QuickAck, random),
            #[cfg(feature = "web")]
            Self::Http(posts) => {
                posts.queue(message.to_vec(), wish == Wish::Poll);
                Ok(())
            }
        }
    }

    pub(super) fn has_unsent(&self) -> bool {
        match self {
            Self::Framed(writer) => writer.has_unsent(),
            #[cfg(feature = "web")]
            Self::Http(posts) => posts.unsent_bytes() > 0,
        }
    }

    pub(super) fn unsent_bytes(&self) -> usize {
        match self {
            Self::Framed(writer) => writer.unsent_bytes(),
            #[cfg(feature = "web")]
            Self::Http(posts) => posts.unsent_bytes(),
        }
    }

    /// Sends some of what is queued. Safe to cancel: what was sent is counted.
    pub(super) async fn send(&mut self) -> Result<(), Error> {
        match self {
            Self::Framed(writer) => writer.send().await,
            #[cfg(feature = "web")]
            Self::Http(posts) => posts.send().await,
        }
    }

    /// Says that nothing more will come.
    pub(super) async fn close(&mut self) {
        match self {
            Self::Framed(writer) => writer.close().await,
            // every request has said so
            #[cfg(feature = "web")]
            Self::Http(_) => {}
        }
    }
}
