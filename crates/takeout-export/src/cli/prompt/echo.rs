//! What the terminal does with keys: a question for a secret turns the echo off, and a signal may end the question
//! before it is turned on again.

/// The terminal as it was; it is so again when this is dropped, however the question ended.
#[derive(Debug)]
pub(super) struct Echo {
    #[cfg(unix)]
    found: Option<(std::fs::File, rustix::termios::Termios)>,
}

impl Echo {
    #[cfg(unix)]
    pub(super) fn now() -> Self {
        let terminal = std::fs::File::open("/dev/tty").ok();
        let found = terminal.and_then(|terminal| {
            let found = rustix::termios::tcgetattr(&terminal).ok()?;
            Some((terminal, found))
        });
        Self { found }
    }

    #[cfg(not(unix))]
    pub(super) fn now() -> Self {
        Self {}
    }
}

#[cfg(unix)]
impl Drop for Echo {
    fn drop(&mut self) {
        if let Some((terminal, found)) = &self.found
            && let Err(error) =
                rustix::termios::tcsetattr(terminal, rustix::termios::OptionalActions::Now, found)
        {
            tracing::debug!(%error, "the terminal is not as it was");
        }
    }
}
