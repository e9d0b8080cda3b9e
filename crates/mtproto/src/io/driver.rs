//! The task that serves one client: it moves bytes and time into the session, and out of it.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

use crate::frame::Frame;
use crate::io::client::Present;
use crate::io::clock::Clock;
use crate::io::dial::Dialer;
use crate::io::link::{Link, LinkReader, LinkWriter, Wish};
use crate::io::quick_acks::QuickAcks;
use crate::io::replace_key::Keys;
use crate::io::updates::UpdateSender;
use crate::io::{Backoff, Error, InvokeError, OsRandom};
use crate::session::{CallId, Event, RequestError, Session, SessionError};

/// As long as this much is unsent, nothing more is framed: what waits in the session can still be given up.
const MAX_UNSENT_BYTES: usize = 1 << 20;

/// How often it is looked whether what is due can be sent, while there is no room for it.
const FULL_GLANCE: Duration = Duration::from_secs(1);

/// What callers want.
#[derive(Debug)]
pub(super) enum Command {
    Request {
        ticket: u64,
        request: Bytes,
        in_order: bool,
        reply: oneshot::Sender<Result<Bytes, InvokeError>>,
    },
    Abandon {
        ticket: u64,
    },
    ShutDown {
        done: oneshot::Sender<()>,
    },
}

pub(super) struct Driver {
    pub(super) backoff: Backoff,
    pub(super) clock: Clock,
    pub(super) random: OsRandom,
    pub(super) dialer: Dialer,
    pub(super) session: Session,
    pub(super) commands: mpsc::UnboundedReceiver<Command>,
    pub(super) updates: UpdateSender,
    pub(super) present: Arc<Present>,
    pub(super) waiting: HashMap<CallId, Waiting>,
    pub(super) tickets: HashMap<u64, CallId>,
    pub(super) quick_acks: QuickAcks,
    /// Connections in a row on which nothing valid arrived.
    pub(super) failures: u32,
    /// How many of them the server ended by an answer that was of no use.
    pub(super) rejections: u32,
    pub(super) keys: Keys,
    /// The last request that was sent in order.
    pub(super) last_ordered: Option<CallId>,
}

/// Who waits for an answer.
#[derive(Debug)]
pub(super) struct Waiting {
    ticket: u64,
    reply: oneshot::Sender<Result<Bytes, InvokeError>>,
}

/// The client wants no more; whoever asked for it is told when the connection is closed.
pub(super) type ShutDown = Option<oneshot::Sender<()>>;

/// Why a connection is served no longer.
enum Ended {
    ShutDown(ShutDown),
    Lost(Error),
    /// Another one, with another key, takes its place.
    ReplacedBy(Box<Link>),
}

impl Driver {
    /// Serves connection after connection until it is told to stop or gives up.
    pub(super) async fn run(mut self, first: Link) {
        let mut link = first;
        loop {
            let error = match self.serve(&mut link).await {
                Ended::ShutDown(done) => return self.close(&mut link, done).await,
                Ended::ReplacedBy(next) => {
                    let mut former = std::mem::replace(&mut link, *next);
                    former.writer.close().await;
                    continue;
                }
                Ended::Lost(error) => error,
            };
            self.session.handle_disconnected();
            self.keys.forget_next();
            tracing::info!(%error, "the connection is lost");
            // closed before the pause, so that the server does not keep it
            drop(link);
            link = match self.reconnect(error).await {
                ControlFlow::Break(Ok(done)) => return self.end(done),
                ControlFlow::Break(Err(error)) => return self.give_up(&error),
                ControlFlow::Continue(link) => link,
            };
        }
    }

    /// Serves one connection.
    async fn serve(&mut self, link: &mut Link) -> Ended {
        self.session.handle_connected(self.clock.now());
        let Link { reader, writer, .. } = link;
        let mut last_alarm = Instant::now();
        loop {
            if let Err(error) = self.pump(writer) {
                return Ended::Lost(error);
            }
            if let Some(next) = self.change_over() {
                return Ended::ReplacedBy(Box::new(next));
            }
            let deadline = self.deadline(is_full(writer).then_some(last_alarm));
            let alarm = async {
                match deadline {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let outcome = tokio::select! {
                command = self.commands.recv() => match self.obey(command) {
                    ControlFlow::Break(done) => return Ended::ShutDown(done),
                    ControlFlow::Continue(()) => Ok(()),
                },
                read = reader.read() => read.and_then(|()| self.take_frames(reader)),
                sent = writer.send(), if writer.has_unsent() => {
                    if writer.unsent_bytes() > 0 {
                        self.session.handle_sending(self.clock.now());
                    }
                    sent
                }
                made = self.keys.made() => {
                    self.take_replacement(made);
                    Ok(())
                }
                () = alarm => {
                    last_alarm = Instant::now();
                    self.session.handle_timeout(self.clock.now()).map_err(Error::from)
                }
            };
            if let Err(error) = outcome {
                if matches!(error, Error::Session(SessionError::BindingUnanswered { .. })) {
                    self.count_unbound();
                }
                // answers that arrived before the fault are answers all the same
                self.deliver();
                return Ended::Lost(error);
            }
        }
    }

    /// When the session wants to be called. `full_since` is when it was called last, if there is no room for what it wants
    /// to send: a moment that is past comes again and again then, and must not come at once.
    fn deadline(&self, full_since: Option<Instant>) -> Option<Instant> {
        let wanted = self.session.poll_timeout().map(|at| self.clock.instant(at))?;
        Some(full_since.map_or(wanted, |last| wanted.max(last + FULL_GLANCE)))
    }

    /// Moves what the session wants to send to the writer, and what it has to tell to those who wait.
    fn pump(&mut self, writer: &mut LinkWriter) -> Result<(), Error> {
        while !is_full(writer) {
            let was_polling = self.session.is_polling();
            let Some(envelope) = self.session.poll_transmit(self.clock.now(), &mut self.random) else {
                break;
            };
            writer.queue(&envelope, self.wish(was_polling), &mut self.random)?;
        }
        self.deliver();
        self.keys.fault.take().map_or(Ok(()), Err)
    }

    fn take_frames(&mut self, reader: &mut LinkReader) -> Result<(), Error> {
        let now = self.clock.now();
        self.session.handle_activity(now);
        while let Some(frame) = reader.next_frame()? {
            match frame {
                Frame::Message(body) => {
                    self.session.handle_frame(now, body)?;
                    if std::mem::take(&mut self.failures) > 0 {
                        self.rejections = 0;
                        self.present.set_outage(None);
                    }
                    self.dialer.succeeded();
                    // what one frame unfolds to is bounded, not what many do that arrive at once
                    self.deliver();
                    // what stands behind the refusal of a key does not make it a success
                    if let Some(fault) = self.keys.fault.take() {
                        return Err(fault);
                    }
                }
                Frame::TransportError(error) => return Err(error.into()),
                Frame::QuickAck(token) => self.quick_acks.arrived(token),
            }
        }
        if reader.take_ended_polls() > 0 {
            self.session.handle_poll_ended();
        }
        Ok(())
    }

    /// What the envelope that was just made wants beside being sent.
    fn wish(&mut self, was_polling: bool) -> Wish {
        if self.session.is_polling() && !was_polling {
            return Wish::Poll;
        }
        if self.quick_acks.are_wanted() {
            self.quick_acks.expect(self.session.quick_ack_token())
        } else {
            Wish::Nothing
        }
    }

    fn deliver(&mut self) {
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Answer { call, result } => {
                    self.keys.serves();
                    if let Some(Waiting { ticket, reply }) = self.waiting.remove(&call) {
                        self.tickets.remove(&ticket);
                        // a caller that is gone wants no answer
                        let _ = reply.send(result.map_err(InvokeError::from));
                    }
                }
                Event::Update(body) => self.updates.object(&body),
                Event::NewSession => self.updates.gap(),
                Event::KeyExpires => self.begin_replacement(),
                Event::NotBound { error } => self.is_not_bound(error),
            }
        }
        self.present.set_session(&self.session);
    }

    pub(super) fn obey(&mut self, command: Option<Command>) -> ControlFlow<ShutDown> {
        match command {
            None => return ControlFlow::Break(None),
            Some(Command::ShutDown { done }) => return ControlFlow::Break(Some(done)),
            Some(Command::Request { ticket, request, in_order, reply }) => {
                match self.queue(request, in_order) {
                    Ok(call) => {
                        self.waiting.insert(call, Waiting { ticket, reply });
                        self.tickets.insert(ticket, call);
                    }
                    Err(error) => {
                        // a caller that is gone wants no answer
                        let _ = reply.send(Err(error.into()));
                    }
                }
            }
            Some(Command::Abandon { ticket }) => {
                if let Some(call) = self.tickets.remove(&ticket) {
                    self.waiting.remove(&call);
                    self.session.cancel(call);
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn queue(&mut self, request: Bytes, in_order: bool) -> Result<CallId, RequestError> {
        let call = match self.last_ordered.filter(|_| in_order) {
            Some(before) => self.session.request_after(before, request)?,
            None => self.session.request(request)?,
        };
        if in_order {
            self.last_ordered = Some(call);
        }
        Ok(call)
    }

    /// Ends in good order.
    async fn close(mut self, link: &mut Link, done: ShutDown) {
        self.deliver();
        link.writer.close().await;
        self.end(done);
    }

    fn end(self, done: ShutDown) {
        tracing::debug!("shut down");
        for (_, Waiting { reply, .. }) in self.waiting {
            // a caller that is gone wants no answer
            let _ = reply.send(Err(InvokeError::ShutDown));
        }
        if let Some(done) = done {
            // nor does one that no longer waits for the end
            let _ = done.send(());
        }
    }

    /// Ends because the server is of no use: everybody who waits, and everybody who comes later, gets the reason.
    fn give_up(self, error: &Arc<Error>) {
        tracing::warn!(%error, "giving up the connection");
        self.present.set_end(Arc::clone(error));
        for (_, Waiting { reply, .. }) in self.waiting {
            // a caller that is gone wants no answer
            let _ = reply.send(Err(InvokeError::Connection(Arc::clone(error))));
        }
    }
}

fn is_full(writer: &LinkWriter) -> bool {
    writer.unsent_bytes() >= MAX_UNSENT_BYTES
}
