//! Questions to the person at the terminal.
//!
//! A question needs a terminal: without one it is an error that names the option to give instead, never a wait for a
//! line that nobody types.

mod echo;

use std::io::{self, BufRead, IsTerminal};

use secrecy::SecretString;

use self::echo::Echo;
use super::failure::Failure;
use super::output;

/// Asks for a line; `option` is what a script would give instead.
pub(super) async fn line(question: String, option: &'static str) -> Result<String, Failure> {
    demand_terminal(option)?;
    blocking(move || {
        output::ask(question);
        first_line()
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
    blocking(|| first_line().map(SecretString::from)).await
}

/// A question needs somebody to ask; `option` is what a script would give instead.
pub(super) fn demand_terminal(option: &'static str) -> Result<(), Failure> {
    if io::stdin().is_terminal() { Ok(()) } else { Err(Failure::NoTerminal { option }) }
}

fn first_line() -> io::Result<String> {
    let mut line = String::new();
    match io::stdin().lock().read_line(&mut line)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(line.trim().to_owned()),
    }
}

async fn blocking<T: Send + 'static>(
    ask: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(ask).await {
        Ok(answer) => answer.map_err(Failure::Stdin),
        Err(_) => Err(Failure::Stdin(io::ErrorKind::Interrupted.into())),
    }
}
