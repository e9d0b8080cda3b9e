//! A connection of frames: a stream of bytes with a codec for each direction.

use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::time::timeout;

use crate::crypto::Ctr;
use crate::frame::fake_tls::{RecordReader, write_records};
use crate::frame::obfuscation::{Obfuscation, ProxyHint};
use crate::frame::{Decoded, Decoder, Encoder, Frame, FrameKind};
use crate::io::link::ByteStream;
use crate::io::{Error, ProxyError};
use crate::random::Random;

/// How much is read at once; one small message needs one call, a large one not too many.
const READ_BYTES: usize = 64 << 10;

/// How long a connection may take to end in good order: some carriers say so to the other end.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection with its codecs.
pub(super) struct Framed {
    pub(super) reader: FrameReader,
    pub(super) writer: FrameWriter,
}

pub(in crate::io) struct FrameReader {
    half: ReadHalf<Box<dyn ByteStream>>,
    decoder: Decoder,
    stream: Option<Ctr>,
    records: Option<RecordReader>,
}

pub(in crate::io) struct FrameWriter {
    half: WriteHalf<Box<dyn ByteStream>>,
    encoder: Encoder,
    stream: Option<Ctr>,
    records: Option<RecordWriter>,
    unsent: Vec<u8>,
    sent: usize,
    flush_is_due: bool,
}

/// What a connection that looks like TLS has to be wrapped in.
#[derive(Default)]
struct RecordWriter {
    is_begun: bool,
    /// The beginning of the stream until it is sent with the first frame, and then the frame that is being wrapped.
    bare: Vec<u8>,
}

impl Framed {
    pub(super) fn new(carrier: Box<dyn ByteStream>, kind: FrameKind) -> Self {
        let (read, write) = tokio::io::split(carrier);
        Self {
            reader: FrameReader { half: read, decoder: Decoder::new(kind), stream: None, records: None },
            writer: FrameWriter {
                half: write,
                encoder: Encoder::new(kind),
                stream: None,
                records: None,
                unsent: Vec::new(),
                sent: 0,
                flush_is_due: false,
            },
        }
    }

    /// A link whose bytes look random.
    pub(super) fn obfuscated(
        carrier: Box<dyn ByteStream>,
        kind: FrameKind,
        hint: ProxyHint<'_>,
        random: &mut dyn Random,
    ) -> Result<Self, Error> {
        let (streams, init) = Obfuscation::start(kind, hint, random)?;
        let mut link = Self::new(carrier, kind);
        link.reader.stream = Some(streams.from_server);
        link.writer.encoder = Encoder::without_tag(kind);
        link.writer.stream = Some(streams.to_server);
        link.writer.unsent.extend_from_slice(&init);
        Ok(link)
    }

    /// Goes on in records of TLS; `behind_hello` is what has arrived of them. Only for an obfuscated link on which nothing
    /// was sent yet.
    pub(super) fn wrapped_in_records(mut self, behind_hello: BytesMut) -> Self {
        self.reader.records = Some(RecordReader::new(behind_hello));
        let bare = std::mem::take(&mut self.writer.unsent);
        self.writer.records = Some(RecordWriter { is_begun: false, bare });
        self
    }
}

impl FrameReader {
    /// Waits for bytes. Safe to cancel: what has arrived is in the decoder.
    pub(super) async fn read(&mut self) -> Result<(), Error> {
        let buffer = self.decoder.buffer_mut();
        let known = buffer.len();
        let into = self.records.as_mut().map_or(&mut *buffer, RecordReader::buffer_mut);
        into.reserve(READ_BYTES);
        match self.half.read_buf(into).await {
            Ok(0) => Err(Error::Closed),
            Ok(_) => {
                if let Some(records) = &mut self.records {
                    records.unwrap_into(buffer).map_err(ProxyError::FakeTls)?;
                }
                if let (Some(stream), Some(fresh)) = (&mut self.stream, buffer.get_mut(known..)) {
                    stream.apply(fresh);
                }
                Ok(())
            }
            Err(error) => Err(Error::Io(error)),
        }
    }

    /// The next frame, if it has arrived whole.
    pub(super) fn next_frame(&mut self) -> Result<Option<Frame>, Error> {
        match self.decoder.decode()? {
            Decoded::Frame(frame) => Ok(Some(frame)),
            Decoded::Incomplete { .. } => Ok(None),
        }
    }
}

impl FrameWriter {
    /// Frames a message and queues it.
    pub(super) fn queue(
        &mut self,
        message: &[u8],
        wants_quick_ack: bool,
        random: &mut dyn Random,
    ) -> Result<(), Error> {
        let out = self.records.as_mut().map_or(&mut self.unsent, |records| &mut records.bare);
        let start = out.len();
        self.encoder.encode(message, wants_quick_ack, random, out)?;
        if let (Some(stream), Some(frame)) = (&mut self.stream, out.get_mut(start..)) {
            stream.apply(frame);
        }
        if let Some(records) = &mut self.records {
            write_records(&records.bare, !records.is_begun, &mut self.unsent);
            records.is_begun = true;
            records.bare.clear();
        }
        Ok(())
    }

    pub(super) fn has_unsent(&self) -> bool {
        self.unsent_bytes() > 0 || self.flush_is_due
    }

    pub(super) fn unsent_bytes(&self) -> usize {
        self.unsent.len() - self.sent
    }

    /// Sends some of what is queued. Safe to cancel: what was sent is counted.
    pub(super) async fn send(&mut self) -> Result<(), Error> {
        let unsent = self.unsent.get(self.sent..).unwrap_or_default();
        if !unsent.is_empty() {
            match self.half.write(unsent).await {
                Ok(0) => return Err(Error::Closed),
                Ok(len) => self.sent += len,
                Err(error) => return Err(Error::Io(error)),
            }
        }
        if self.unsent_bytes() == 0 {
            self.unsent.clear();
            self.sent = 0;
            // carriers that collect bytes (TLS, WebSocket) send only when they are told to
            self.flush_is_due = true;
            self.half.flush().await.map_err(Error::Io)?;
            self.flush_is_due = false;
        }
        Ok(())
    }

    /// Says that nothing more will come.
    pub(super) async fn close(&mut self) {
        // the connection is given up either way; a peer that reads nothing must not hold up what comes next
        let _ = timeout(CLOSE_TIMEOUT, self.half.shutdown()).await;
    }
}
