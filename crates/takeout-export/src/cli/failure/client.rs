//! What goes wrong between the account and its server means for the program.

use tg_client::{ClientError, ConnectionError};

use super::account::Trouble;
use super::{proxy, refusal, session, until_text};
use crate::cli::exit::Exit;

/// What the process ends with.
pub(super) fn exit(error: &ClientError) -> Exit {
    if let Some(trouble) = Trouble::of(error) {
        return trouble.exit();
    }
    match error {
        _ if error.is_logged_out() => Exit::NotLoggedIn,
        _ if error.retry_after().is_some() => Exit::FloodWait,
        _ if error.is_peer_fault() => Exit::Protocol,
        ClientError::Rpc(_) => Exit::Refused,
        ClientError::Connect(_)
        | ClientError::Call(_)
        | ClientError::Address { .. }
        | ClientError::Timeout { .. }
        | ClientError::UnknownDataCentre { .. }
        | ClientError::MigrationLoop { .. } => Exit::Connection,
        ClientError::RsaKey(_) => Exit::Usage,
        ClientError::Session(error) => session::exit(error),
        _ => Exit::Unexpected,
    }
}

/// What to do now. `login` is the command that logs in to the account that was meant.
pub(super) fn advice(error: &ClientError, login: &str) -> Option<String> {
    if let Some(trouble) = Trouble::of(error) {
        return Some(trouble.advice(login));
    }
    if let ClientError::Session(error) = error {
        return session::advice(error, login);
    }
    if let Some(ConnectionError::Proxy(error)) = error.connection() {
        return Some(proxy::advice(error).to_owned());
    }
    if let Some(ConnectionError::NotBound(_)) = error.connection() {
        return Some(
            "the server may not know the key of this session yet: run the command again in a minute; if it is refused then, \
             log in again"
                .to_owned(),
        );
    }
    if error.connection().is_some_and(ConnectionError::is_wrong_dc) {
        return Some(
            "the server is another data centre than it was taken for: --dc N=HOST:PORT wants its own number, and Telegram's \
             test servers want --test-dc"
                .to_owned(),
        );
    }
    if let ClientError::UnknownDataCentre { dc_id } = error {
        return Some(format!(
            "name where it listens for this --transport, beside the other one: --dc {dc_id}=HOST:PORT"
        ));
    }
    Some(match exit(error) {
        Exit::NotLoggedIn => login.to_owned(),
        Exit::Connection => "check the network and run the command again; nothing was lost".to_owned(),
        Exit::Protocol => {
            "something between here and Telegram may answer in its place: takeout-export doctor, --proxy and \
             --transport wss; if it stays so, report it with a --log-file"
                .to_owned()
        }
        Exit::Refused => refusal::advice(error).to_owned(),
        Exit::Usage => "--rsa-key wants the server's public key as PEM (BEGIN RSA PUBLIC KEY)".to_owned(),
        Exit::FloodWait => {
            let wait = error.retry_after().unwrap_or_default();
            format!(
                "Telegram wants a pause until {}; run the command again then, or with a larger --max-wait",
                until_text(wait)
            )
        }
        _ => return None,
    })
}
