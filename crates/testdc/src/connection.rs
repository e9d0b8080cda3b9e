//! One connection's socket: bytes in, frames out, and the patience that a client is given.

#[cfg(feature = "web")]
pub(crate) mod harmed;
mod mischief;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::arrivals::Carrier;
use crate::centre::DataCentre;
use crate::frame::{FrameError, Framing, transport_error};
use crate::limits::{FRAME_TIMEOUT, IDLE_TIMEOUT, WRITE_TIMEOUT};
use crate::link::{Link, Output};
use crate::mtproxy::Front;
use crate::mtproxy::fake_tls::{self, ClientHello, FakeTlsError, Records};
use crate::opening::{Opening, Streams};
use mischief::{Mischief, Then};

/// The transport error for a proxy that is asked for another data centre.
const WRONG_DC: i32 = -444;

/// Between pieces that are to arrive one by one.
const PIECE_PAUSE: Duration = Duration::from_millis(2);

/// Why a connection ends.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("the client closed it")]
    ByClient,
    #[error("the server closed it, as it was told")]
    ByServer,
    #[error("the client was silent for too long")]
    Silence,
    #[error("the client does not read")]
    NotRead,
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error(transparent)]
    FakeTls(#[from] FakeTlsError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What a connection has to show before it is served.
#[derive(Debug, Clone)]
pub(crate) enum Entrance {
    /// Frames, obfuscated or not.
    Open,
    /// Obfuscated frames: browsers' connections never carry others.
    #[cfg(feature = "web")]
    Obfuscated(Carrier),
    /// The secret of a proxy.
    Mtproxy(Arc<Front>),
}

impl Entrance {
    fn carrier(&self) -> Carrier {
        match self {
            Self::Open => Carrier::Tcp,
            #[cfg(feature = "web")]
            Self::Obfuscated(carrier) => *carrier,
            Self::Mtproxy(front) if front.is_fake_tls() => Carrier::FakeTls,
            Self::Mtproxy(_) => Carrier::Mtproxy,
        }
    }

    fn into_front(self) -> Option<Arc<Front>> {
        match self {
            Self::Mtproxy(front) => Some(front),
            Self::Open => None,
            #[cfg(feature = "web")]
            Self::Obfuscated(_) => None,
        }
    }
}

/// Serves one connection until it ends.
pub(crate) async fn serve(
    id: u64,
    stream: impl AsyncRead + AsyncWrite + Unpin,
    centre: Arc<DataCentre>,
    entrance: Entrance,
) {
    let (carrier, front) = (entrance.carrier(), entrance.into_front());
    let mut connection = Connection {
        stream,
        link: Link::new(id, centre),
        framing: None,
        streams: None,
        records: None,
        carrier,
        front,
        buffer: BytesMut::new(),
        deadlines: Deadlines::new(),
        mischief: Mischief::default(),
    };
    tracing::debug!(id, "connected");
    let Err(reason) = connection.run().await;
    tracing::debug!(id, %reason, "disconnected");
}

struct Connection<S> {
    stream: S,
    link: Link,
    framing: Option<Framing>,
    streams: Option<Streams>,
    /// For a connection that looks like TLS.
    records: Option<Records>,
    carrier: Carrier,
    front: Option<Arc<Front>>,
    buffer: BytesMut,
    deadlines: Deadlines,
    mischief: Mischief,
}

/// When a connection is given up.
struct Deadlines {
    /// The client must have said something whole.
    silence: Instant,
    /// The client asked to be disconnected (`ping_delay_disconnect`).
    demanded: Option<Instant>,
}

impl Deadlines {
    fn new() -> Self {
        Self { silence: Instant::now() + FRAME_TIMEOUT, demanded: None }
    }

    fn next(&self) -> Instant {
        self.demanded.map_or(self.silence, |demanded| demanded.min(self.silence))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    async fn run(&mut self) -> Result<std::convert::Infallible, Ended> {
        let bell = Arc::clone(&self.link.bell);
        if let Some(front) = self.front.clone().filter(|front| front.is_fake_tls()) {
            let greeted = timeout(FRAME_TIMEOUT, self.greet(&front)).await;
            greeted.map_err(|_| Ended::Silence)??;
        }
        loop {
            let into = self.records.as_mut().map_or(&mut self.buffer, |records| &mut records.raw);
            tokio::select! {
                read = self.stream.read_buf(into) => {
                    let read = read?;
                    if read == 0 {
                        return Err(Ended::ByClient);
                    }
                    self.decrypt(read)?;
                    self.take_frames().await?;
                }
                () = bell.notified() => {
                    let outputs = self.link.flush();
                    self.put_out(outputs).await?;
                }
                () = sleep_until(self.deadlines.next()) => return Err(self.expired()),
            }
        }
    }

    fn expired(&self) -> Ended {
        match self.deadlines.demanded {
            Some(demanded) if demanded <= Instant::now() => Ended::ByServer,
            _ => Ended::Silence,
        }
    }

    /// Answers the hello of a connection that looks like TLS.
    async fn greet(&mut self, front: &Front) -> Result<(), Ended> {
        let mut raw = BytesMut::new();
        let hello = loop {
            if self.stream.read_buf(&mut raw).await? == 0 {
                return Err(Ended::ByClient);
            }
            let unix_secs = i64::from(self.link.now().secs());
            if let Some(hello) = ClientHello::take(&mut raw, front.key(), unix_secs)? {
                break hello;
            }
        };
        if !front.is_new(hello.random) {
            return Err(FakeTlsError::Replayed.into());
        }
        let answer = hello.answer(front.key(), self.link.entropy());
        self.write(&answer).await?;
        let mut records = Records::behind_hello(raw);
        records.unwrap(&mut self.buffer)?;
        self.records = Some(records);
        self.take_frames().await
    }

    /// Makes the bytes that have just arrived readable.
    fn decrypt(&mut self, fresh_bytes: usize) -> Result<(), Ended> {
        let mut start = self.buffer.len().saturating_sub(fresh_bytes);
        if let Some(records) = &mut self.records {
            start = self.buffer.len();
            records.unwrap(&mut self.buffer)?;
        }
        if let (Some(streams), Some(fresh)) = (&mut self.streams, self.buffer.get_mut(start..)) {
            streams.from_client.apply(fresh);
        }
        Ok(())
    }

    /// Works off every whole frame of the buffer.
    async fn take_frames(&mut self) -> Result<(), Ended> {
        if self.framing.is_none()
            && let Some(opening) = Opening::detect(&mut self.buffer, self.front.as_deref())?
        {
            self.framing = Some(opening.framing);
            self.streams = opening.streams;
            if self.carrier != Carrier::Tcp && self.streams.is_none() {
                return Err(FrameError::UnknownFraming.into());
            }
            let led = self.front.as_ref().map(|front| front.leads_to(opening.dc_id));
            if let Some(Some(centre)) = &led {
                self.link.lead_to(Arc::clone(centre));
            }
            self.link.note(self.carrier, Some(opening.framing.name()), self.streams.is_some());
            if matches!(led, Some(None)) {
                return self.put_out(vec![Output::Error(WRONG_DC)]).await;
            }
        }
        let Some(mut framing) = self.framing.take() else { return Ok(()) };
        let mut had_frame = false;
        while let Some(frame) = framing.decode(&mut self.buffer)? {
            had_frame = true;
            self.framing = Some(framing);
            let outputs = self.link.receive(&frame.content, frame.quick_ack);
            self.put_out(outputs).await?;
            let Some(current) = self.framing.take() else { return Ok(()) };
            framing = current;
        }
        self.framing = Some(framing);
        self.deadlines.silence = match (had_frame, self.buffer.is_empty()) {
            (true, true) => Instant::now() + IDLE_TIMEOUT,
            (true, false) => Instant::now() + FRAME_TIMEOUT,
            // the beginning of a frame: the rest may not take for ever, however it trickles
            (false, _) => self.deadlines.silence.min(Instant::now() + FRAME_TIMEOUT),
        };
        if self.buffer.is_empty() {
            // a long request must not pin its memory for the life of the connection
            self.buffer = BytesMut::new();
        }
        Ok(())
    }

    async fn put_out(&mut self, outputs: Vec<Output>) -> Result<(), Ended> {
        let Some(mut framing) = self.framing.take() else { return Ok(()) };
        let mut wire = Vec::new();
        let mut ended = None;
        for output in outputs {
            let start = wire.len();
            match output {
                Output::Message(message) => framing.encode(&message, self.link.entropy(), &mut wire),
                Output::Late { message, by } => {
                    sleep(by).await;
                    framing.encode(&message, self.link.entropy(), &mut wire);
                }
                Output::QuickAck(token) => framing.encode_quick_ack(token, self.link.entropy(), &mut wire),
                Output::Cut { message, after_bytes } => {
                    framing.encode(&message, self.link.entropy(), &mut wire);
                    let len = wire.len() - start;
                    wire.truncate(start + after_bytes.unwrap_or(len / 2).min(len));
                    ended = Some(Ended::ByServer);
                }
                Output::Error(code) => {
                    framing.encode(&transport_error(code), self.link.entropy(), &mut wire);
                    ended = Some(Ended::ByServer);
                }
                Output::CloseAfter(delay) => self.demand_close(delay),
            }
            if ended.is_some() {
                break;
            }
        }
        self.framing = Some(framing);
        if let Some(streams) = &mut self.streams {
            streams.to_client.apply(&mut wire);
        }
        if self.records.is_some() {
            let bare = std::mem::take(&mut wire);
            fake_tls::write_records(&bare, &mut wire);
        }
        self.write(&wire).await?;
        match ended {
            Some(reason) => {
                // the client still gets what was written
                self.stream.shutdown().await?;
                Err(reason)
            }
            None => Ok(()),
        }
    }

    fn demand_close(&mut self, delay: Duration) {
        self.deadlines.demanded = Some(Instant::now() + delay);
    }

    async fn write(&mut self, wire: &[u8]) -> Result<(), Ended> {
        if wire.is_empty() {
            return Ok(());
        }
        let shaped = self.mischief.shape(wire, self.link.script());
        let written = async {
            for (index, piece) in shaped.bytes.chunks(shaped.piece_bytes).enumerate() {
                if index > 0 {
                    sleep(PIECE_PAUSE).await;
                }
                self.stream.write_all(piece).await?;
                self.stream.flush().await?;
            }
            // TLS and WebSockets collect bytes until they are told
            self.stream.flush().await
        };
        timeout(WRITE_TIMEOUT, written).await.map_err(|_| Ended::NotRead)??;
        if shaped.then == Then::Close {
            self.stream.shutdown().await?;
            return Err(Ended::ByServer);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{DuplexStream, duplex};
    use tokio::task::JoinHandle;

    use super::*;

    fn connect() -> (DuplexStream, JoinHandle<()>) {
        let (client, stream) = duplex(1 << 20);
        (client, tokio::spawn(serve(1, stream, Arc::new(DataCentre::for_tests()), Entrance::Open)))
    }

    /// Seconds of virtual time until the server closes.
    async fn closes_after(served: JoinHandle<()>, since: Instant) -> u64 {
        served.await.unwrap();
        since.elapsed().as_secs()
    }

    /// A whole frame that asks for a number to factorise.
    fn first_query() -> Vec<u8> {
        let body = [0xbe7e_8ef1_u32.to_le_bytes().as_slice(), &[7; 16]].concat();
        let message =
            [[0; 8].as_slice(), &[0, 0, 0, 0, 0, 0, 0, 0x65], &20_u32.to_le_bytes(), &body].concat();
        let mut wire = vec![0xee; 4];
        wire.extend_from_slice(&u32::try_from(message.len()).unwrap().to_le_bytes());
        wire.extend_from_slice(&message);
        wire
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_says_nothing_is_closed() {
        let started = Instant::now();
        let (_client, served) = connect();
        assert_eq!(closes_after(served, started).await, FRAME_TIMEOUT.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn a_frame_that_trickles_is_not_waited_for() {
        let started = Instant::now();
        let (mut client, served) = connect();
        for byte in first_query() {
            sleep(Duration::from_secs(2)).await;
            if client.write_all(&[byte]).await.is_err() {
                break;
            }
        }
        assert!(closes_after(served, started).await <= FRAME_TIMEOUT.as_secs() + 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_has_spoken_may_be_silent_for_longer() {
        let started = Instant::now();
        let (mut client, served) = connect();
        client.write_all(&first_query()).await.unwrap();
        let mut answer = [0; 8];
        client.read_exact(&mut answer).await.unwrap();
        assert_eq!(closes_after(served, started).await, IDLE_TIMEOUT.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn the_beginning_of_a_second_frame_shortens_the_patience() {
        let (mut client, served) = connect();
        client.write_all(&first_query()).await.unwrap();
        let mut answer = [0; 8];
        client.read_exact(&mut answer).await.unwrap();
        let started = Instant::now();
        client.write_all(&[40, 0]).await.unwrap();
        assert_eq!(closes_after(served, started).await, FRAME_TIMEOUT.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_read_is_given_up() {
        let started = Instant::now();
        let (mut client, stream) = duplex(64);
        let served = tokio::spawn(serve(1, stream, Arc::new(DataCentre::for_tests()), Entrance::Open));
        client.write_all(&first_query()).await.unwrap();
        assert_eq!(closes_after(served, started).await, WRITE_TIMEOUT.as_secs());
    }
}
