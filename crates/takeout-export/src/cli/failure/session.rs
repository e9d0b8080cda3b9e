//! What a session that cannot be used means for the program.

use tg_client::SessionError;

use crate::cli::exit::Exit;

/// What the process ends with.
pub(super) fn exit(error: &SessionError) -> Exit {
    match error {
        SessionError::Missing { .. } => Exit::NotLoggedIn,
        SessionError::InUse { .. } => Exit::InUse,
        SessionError::Sealed { .. }
        | SessionError::WrongIdentity { .. }
        | SessionError::WrongPassphrase { .. } => Exit::CannotDecrypt,
        SessionError::Io { .. } => Exit::Output,
        // open to others, somebody else's, damaged, of a newer version
        _ => Exit::UnsafeSession,
    }
}

/// What to do now. `login` is the command that logs in to the account that was meant.
pub(super) fn advice(error: &SessionError, login: &str) -> Option<String> {
    Some(match error {
        SessionError::Missing { .. } => {
            format!("{login} makes one; takeout-export accounts list shows those that are there")
        }
        SessionError::Exposed { path, wanted, .. } => {
            format!("if nobody else has read it: chmod {wanted:o} {}", path.display())
        }
        SessionError::ForeignOwner { .. } => {
            "run the command as that user, or name another file with --session".to_owned()
        }
        SessionError::Malformed { .. } => {
            "bring the file back from a backup, or move it away and log in again; end the lost login in Telegram under \
             Settings, Devices"
                .to_owned()
        }
        SessionError::Version { .. } => "use the newer version of takeout-export that wrote it".to_owned(),
        SessionError::InUse { .. } => {
            "let the other one finish: Telegram ends a login that is used twice at once".to_owned()
        }
        SessionError::WrongIdentity { .. } => {
            "use the data folder (and its identity.age) that the session was made with, or log in again".to_owned()
        }
        SessionError::WrongPassphrase { .. } => {
            "run the command again with the right one. Nobody can bring a passphrase back: without it, move the file and \
             the sessions (the folder accounts beside it) away, and log in again"
                .to_owned()
        }
        SessionError::Io { source, .. } if source.kind() == std::io::ErrorKind::AlreadyExists => {
            "name another file: one that is there is not replaced".to_owned()
        }
        SessionError::Io { .. } => {
            "the folder of a session has to be there and writable: what must not be lost is written into it".to_owned()
        }
        _ => return None,
    })
}
