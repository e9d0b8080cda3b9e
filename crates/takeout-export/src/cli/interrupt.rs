//! Ctrl-C and SIGTERM: the first one asks, the second one insists.

use std::io;

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
        listen(sender)?;
        Ok(Self { seen })
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

fn note(sender: &watch::Sender<Seen>, signal: Signal) {
    sender.send_modify(|seen| *seen = Seen { count: seen.count + 1, last: Some(signal) });
    if sender.borrow().count == 1 {
        output::say("stopping; once more to stop at once");
    }
}

#[cfg(unix)]
fn listen(sender: watch::Sender<Seen>) -> io::Result<()> {
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
            note(&sender, signal);
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn listen(sender: watch::Sender<Seen>) -> io::Result<()> {
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            note(&sender, Signal::Interrupt);
        }
    });
    Ok(())
}
