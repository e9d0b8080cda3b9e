//! Ctrl-C and SIGTERM: the first one asks, the second one insists.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

use super::exit::Exit;
use super::failure::Failure;
use super::output;

/// What the user or the system sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

impl Signal {
    pub(super) fn exit(self) -> Exit {
        match self {
            Self::Interrupt => Exit::Interrupted,
            Self::Terminate => Exit::Terminated,
        }
    }
}

/// The signals of this process, counted from its start.
#[derive(Debug, Clone)]
pub(super) struct Interrupt {
    seen: watch::Receiver<Seen>,
    /// Whether a takeout session is or may be open, which is ended before the program is.
    has_takeout: Arc<AtomicBool>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    count: u32,
    last: Option<Signal>,
}

impl Interrupt {
    /// Takes over the signals. Inside of a runtime.
    pub(super) fn install() -> io::Result<Self> {
        let (sender, seen) = watch::channel(Seen::default());
        let has_takeout = Arc::new(AtomicBool::new(false));
        listen(sender, Arc::clone(&has_takeout))?;
        Ok(Self { seen, has_takeout })
    }

    /// From here on somebody who interrupts is told that Telegram is told first.
    pub(super) fn ends_a_takeout_session_first(&self) {
        self.has_takeout.store(true, Ordering::Relaxed);
    }

    /// Completes with the first signal, at once if it has come already.
    pub(super) async fn first(&self) -> Signal {
        self.nth(1).await
    }

    /// What `work` gives, unless the first signal comes before.
    pub(super) async fn or<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        tokio::select! {
            biased;
            signal = self.first() => Err(Failure::Interrupted(signal)),
            value = work => Ok(value),
        }
    }

    /// Completes with the second signal.
    pub(super) async fn second(&self) -> Signal {
        self.nth(2).await
    }

    async fn nth(&self, count: u32) -> Signal {
        let mut seen = self.seen.clone();
        if let Ok(seen) = seen.wait_for(|seen| seen.count >= count).await
            && let Some(signal) = seen.last
        {
            return signal;
        }
        // nobody listens any more: no signal can come
        std::future::pending().await
    }
}

fn note(sender: &watch::Sender<Seen>, has_takeout: &AtomicBool, signal: Signal) {
    // said before anybody hears of it: the work may be over at once
    if sender.borrow().count == 0 {
        output::say(if has_takeout.load(Ordering::Relaxed) {
            "stopping: some seconds at most, so that no takeout session stays open at Telegram; once more to stop at once"
        } else {
            "stopping; once more to stop at once"
        });
    }
    sender.send_modify(|seen| *seen = Seen { count: seen.count + 1, last: Some(signal) });
}

#[cfg(unix)]
fn listen(sender: watch::Sender<Seen>, has_takeout: Arc<AtomicBool>) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        loop {
            let signal = tokio::select! {
                Some(()) = interrupt.recv() => Signal::Interrupt,
                Some(()) = terminate.recv() => Signal::Terminate,
                else => return,
            };
            note(&sender, &has_takeout, signal);
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn listen(sender: watch::Sender<Seen>, has_takeout: Arc<AtomicBool>) -> io::Result<()> {
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            note(&sender, &has_takeout, Signal::Interrupt);
        }
    });
    Ok(())
}
