//! The caller's hand on a connection.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::crypto::AuthKey;
use crate::io::clock::Clock;
use crate::io::dial::Dialer;
use crate::io::driver::{Command, Driver};
use crate::io::keys::KeyedLink;
use crate::io::quick_acks::QuickAcks;
use crate::io::replace_key::Keys;
use crate::io::updates::{self, Updates};
use crate::io::{Config, Error, InvokeError, OsRandom};
use crate::session::{Resume, Session};

/// A connection to a data centre that heals itself. Clones share it; when the last one is dropped, it is closed.
///
/// A connection that is lost is made again for as long as a request waits for its answer, whose time is the limit
/// ([`InvokeError::Connection`] says then why there was none). While nobody waits, [`Backoff::attempts`] are made, and the
/// next ones when something is asked.
///
/// [`Backoff::attempts`]: crate::io::Backoff::attempts
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    commands: mpsc::UnboundedSender<Command>,
    next_ticket: AtomicU64,
    request_timeout: Duration,
    present: Arc<Present>,
}

/// What the driver publishes for the other side.
#[derive(Debug)]
pub(super) struct Present {
    resume: Mutex<Resume>,
    /// Why the server is not there: since when it was, nothing has come from it.
    outage: Mutex<Option<Arc<Error>>>,
    end: Mutex<Option<Arc<Error>>>,
}

impl Present {
    fn new(resume: Resume) -> Self {
        Self { resume: Mutex::new(resume), outage: Mutex::default(), end: Mutex::default() }
    }

    pub(super) fn set_session(&self, session: &Session) {
        let mut resume = self.resume.lock().unwrap_or_else(PoisonError::into_inner);
        // salts belong to keys, and a temporary one is not kept
        if !session.has_temporary_key() {
            resume.server_salt = session.server_salt();
        }
        resume.time_offset_secs = session.time_offset_secs();
    }

    pub(super) fn set_outage(&self, error: Option<Arc<Error>>) {
        *self.outage.lock().unwrap_or_else(PoisonError::into_inner) = error;
    }

    /// What a request means whose time is over.
    fn overdue(&self, after: Duration) -> InvokeError {
        let outage = self.outage.lock().unwrap_or_else(PoisonError::into_inner);
        outage.clone().map_or(InvokeError::Timeout { after }, InvokeError::Connection)
    }

    pub(super) fn set_end(&self, error: Arc<Error>) {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    /// What a request without an answer means once the driver is gone.
    fn end(&self) -> InvokeError {
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        end.clone().map_or(InvokeError::ShutDown, InvokeError::Connection)
    }
}

impl Client {
    /// Connects, makes a key if the configuration brings none, and starts the task that serves the connection.
    ///
    /// A key that is brought along is not checked here: a server that does not know it says so in place of the first
    /// answer ([`Error::is_unknown_key`]).
    ///
    /// # Errors
    /// [`Error`]: after as many attempts as the configuration allows, or at once where another attempt would not help.
    pub async fn connect(mut config: Config) -> Result<(Self, Updates), Error> {
        let mut random = OsRandom::new()?;
        let clock = Clock::new();
        config.session.uses_http = config.carrier.is_http();
        let config = Arc::new(config);
        let mut dialer = Dialer::new(Arc::clone(&config), clock, random);
        let KeyedLink { link, permanent, temporary } = dialer.first_link().await?;

        let (commands, command_receiver) = mpsc::unbounded_channel();
        let (update_sender, updates) = updates::channel();
        let present = Arc::new(Present::new(permanent.clone()));
        let session = match temporary {
            Some((resume, key)) => Session::with_temporary_key(config.session, resume, key, &mut random),
            None => Session::new(config.session, permanent.clone(), &mut random),
        };
        let driver = Driver {
            backoff: config.backoff,
            clock,
            random,
            dialer,
            session,
            commands: command_receiver,
            updates: update_sender,
            present: Arc::clone(&present),
            keys: Keys::new(permanent, clock.now()),
            last_ordered: None,
            waiting: std::collections::HashMap::new(),
            tickets: std::collections::HashMap::new(),
            quick_acks: QuickAcks::new(config.quick_acks, config.observer.clone()),
            failures: 0,
            rejections: 0,
        };
        tokio::spawn(driver.run(link));
        let shared = Shared {
            commands,
            next_ticket: AtomicU64::new(0),
            request_timeout: config.request_timeout,
            present,
        };
        Ok((Self { shared: Arc::new(shared) }, updates))
    }

    /// Sends a request, a whole serialised function call, and waits for its answer: the result object, unpacked, its
    /// constructor id first.
    ///
    /// It waits as long as the configuration says. Dropping the future gives the request up, and the server is told.
    ///
    /// # Errors
    /// [`InvokeError`].
    pub async fn invoke(&self, request: Bytes) -> Result<Bytes, InvokeError> {
        self.invoke_within(request, self.shared.request_timeout).await
    }

    /// As [`invoke`](Self::invoke), with a time of its own.
    ///
    /// # Errors
    /// [`InvokeError`].
    pub async fn invoke_within(&self, request: Bytes, after: Duration) -> Result<Bytes, InvokeError> {
        self.ask(request, after, false).await
    }

    /// As [`invoke`](Self::invoke), and the server does the request only after it has done the one before that was sent
    /// in order too (`invokeAfterMsg`), however the two travel and however often.
    ///
    /// # Errors
    /// [`InvokeError`].
    pub async fn invoke_in_order(&self, request: Bytes) -> Result<Bytes, InvokeError> {
        self.ask(request, self.shared.request_timeout, true).await
    }

    async fn ask(&self, request: Bytes, after: Duration, in_order: bool) -> Result<Bytes, InvokeError> {
        let ticket = self.shared.next_ticket.fetch_add(1, Ordering::Relaxed);
        let (reply, answer) = oneshot::channel();
        let command = Command::Request { ticket, request, in_order, reply };
        self.shared.commands.send(command).map_err(|_| self.shared.present.end())?;
        let mut guard = Abandon { shared: &self.shared, ticket: Some(ticket) };
        let answer = timeout(after, answer).await.map_err(|_| self.shared.present.overdue(after))?;
        guard.ticket = None;
        answer.unwrap_or_else(|_| Err(self.shared.present.end()))
    }

    /// The permanent key, to be stored.
    pub fn auth_key(&self) -> AuthKey {
        self.resume().auth_key
    }

    /// The salt in force, to be stored beside the key.
    pub fn server_salt(&self) -> i64 {
        self.resume().server_salt
    }

    /// Server time minus local time in seconds, to be stored beside the key.
    pub fn time_offset_secs(&self) -> i64 {
        self.resume().time_offset_secs
    }

    /// All that a later connection needs to go on with the same key ([`Config::resume`]).
    pub fn resume(&self) -> Resume {
        let resume = self.shared.present.resume.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // by then the clock may have been set
        Resume { clock_is_fresh: false, ..resume }
    }

    /// Closes the connection. Requests without an answer end with [`InvokeError::ShutDown`].
    pub async fn shutdown(&self) {
        let (done, closed) = oneshot::channel();
        if self.shared.commands.send(Command::ShutDown { done }).is_ok() {
            // a task that is gone has closed it
            let _ = closed.await;
        }
    }
}

/// Gives a request up when its caller stops waiting.
struct Abandon<'a> {
    shared: &'a Shared,
    ticket: Option<u64>,
}

impl Drop for Abandon<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            // no driver, no request
            let _ = self.shared.commands.send(Command::Abandon { ticket });
        }
    }
}
