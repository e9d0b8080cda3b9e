//! Questions to the person at the terminal.
//!
//! A question needs a terminal: without one it is an error that names the option to give instead, never a wait for a
//! line that nobody types.

mod echo;

use std::io::{self, BufRead, IsTerminal};

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use self::echo::Echo;
use super::failure::Failure;
use super::interrupt::Signal;
use super::output;

/// Asks for a line; `option` is what a script would give instead.
pub(super) async fn line(question: String, option: &'static str) -> Result<String, Failure> {
    demand_terminal(option)?;
    blocking(move || {
        output::ask(question);
        first_line().map(|line| line.trim().to_owned())
    })
    .await
}

/// Asks for something that must not be seen.
pub(super) async fn secret(question: &'static str, option: &'static str) -> Result<SecretString, Failure> {
    demand_terminal(option)?;
    let _echo = Echo::now();
    blocking(move || rpassword::prompt_password(question).map(SecretString::from)).await
}

/// The first line of stdin, whoever wrote it.
pub(super) async fn stdin_line() -> Result<SecretString, Failure> {
    blocking(|| first_line().map(|line| SecretString::from(line.trim()))).await
}

/// A question needs somebody to ask; `option` is what a script would give instead.
pub(super) fn demand_terminal(option: &'static str) -> Result<(), Failure> {
    if io::stdin().is_terminal() { Ok(()) } else { Err(Failure::NoTerminal { option }) }
}

fn first_line() -> io::Result<Zeroizing<String>> {
    // long enough for any session of another library: a line that grows leaves copies behind
    let mut line = Zeroizing::new(String::with_capacity(4096));
    match io::stdin().lock().read_line(&mut line)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(line),
    }
}

async fn blocking<T: Send + 'static>(
    ask: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(ask).await {
        Ok(answer) => answer.map_err(unanswered),
        Err(_) => Err(Failure::Stdin(io::ErrorKind::Interrupted.into())),
    }
}

/// Why there is no answer. A question without an echo reads Ctrl-C as a key, sends the signal itself and ends; its end
/// may be seen before the signal is, and means the same.
fn unanswered(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::Interrupted => Failure::Interrupted(Signal::Interrupt),
        _ => Failure::Stdin(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ctrl_c_read_as_a_key_is_the_signal_and_not_an_answer_that_cannot_be_read() {
        let pressed = blocking::<()>(|| Err(io::ErrorKind::Interrupted.into())).await;
        assert!(matches!(pressed, Err(Failure::Interrupted(Signal::Interrupt))), "{pressed:?}");
        let ended = blocking::<()>(|| Err(io::ErrorKind::UnexpectedEof.into())).await;
        assert!(matches!(ended, Err(Failure::Stdin(_))), "{ended:?}");
    }
}
