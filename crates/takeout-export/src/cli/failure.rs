//! Every way to fail: what is said, what to do now, and the exit code.

pub(super) mod account;
mod client;
mod file;
mod login;
mod proxy;
mod refusal;
mod session;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use contacts::ReconcileError;
use jiff::Timestamp;
use tg_client::session::foreign::ForeignError;
use tg_client::{ClientError, LoginError, ProxyUrlError, SessionError, TakeoutError};

use self::account::Trouble;
use super::config::ConfigFile;
use super::exit::Exit;
use super::interrupt::Signal;
use super::places::NotAName;
use super::vault::VaultError;
use crate::archive::{ArchiveError, seal};
use crate::export::ExportError;
use crate::people_file::PeopleFileError;
use crate::read::ReadError;
use crate::sink::SinkError;
use crate::staging::{ARCHIVE, OutputError};
use crate::verify::VerifyError;

/// A command did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("the program cannot start its runtime")]
    Runtime(#[source] io::Error),
    #[error("{what}")]
    Usage { what: String },
    #[error("--proxy is not the address of a proxy")]
    Proxy(#[source] ProxyUrlError),
    #[error("cannot read {}", path.display())]
    Input { path: PathBuf, source: io::Error },
    #[error("cannot write the log to {}", path.display())]
    LogFile { path: PathBuf, source: io::Error },
    #[error("there is no terminal to ask on")]
    NoTerminal { option: &'static str },
    #[error("the answer cannot be read")]
    Stdin(#[source] io::Error),
    #[error("this system names no folder for data")]
    NoDataFolder,
    #[error("the session belongs to another server than the one that was named")]
    OtherServer,
    #[error("{} does not name an account", path.display())]
    AccountName { path: PathBuf, source: NotAName },
    #[error("{} cannot be used: a key or value on line {line} is unknown or of the wrong kind", path.display())]
    Config { path: PathBuf, line: usize },
    #[error("{} is no session of that form", path.display())]
    Foreign { path: PathBuf, source: ForeignError },
    #[error("there is no such file to import from")]
    NoSuchString,
    #[error("not confirmed, nothing was changed")]
    NotConfirmed,
    #[error(transparent)]
    Session(SessionError),
    #[error(transparent)]
    Vault(VaultError),
    #[error("nobody is logged in")]
    NotLoggedIn(#[source] Option<SessionError>),
    #[error("the login did not succeed")]
    Login(#[source] LoginError),
    #[error(transparent)]
    Client(ClientError),
    #[error(transparent)]
    Takeout(TakeoutError),
    #[error(transparent)]
    Export(ExportError),
    #[error("--encrypt is not for a recipient")]
    Recipient(#[source] ArchiveError),
    #[error("cannot use {}", path.display())]
    Archive { path: PathBuf, source: ArchiveError },
    #[error("cannot use {}", path.display())]
    Read { path: PathBuf, source: ReadError },
    #[error("{} is not an export", path.display())]
    Verify { path: PathBuf, source: VerifyError },
    #[error("{} is not what was written: {faults}", path.display())]
    Unverified { path: PathBuf, faults: String },
    #[error("there is nobody like {typed} whom the server lets be found")]
    Nobody { typed: String },
    #[error("cannot use {}", path.display())]
    PeopleFile { path: PathBuf, source: PeopleFileError },
    #[error("cannot write {}", path.display())]
    Output { path: PathBuf, source: io::Error },
    #[error("the file of answers beside the session cannot be used")]
    Journal { source: io::Error },
    #[error("Telegram cannot be told, so the session goes on and its key is kept")]
    KeyKept(#[source] ClientError),
    #[error("the demo's data centre cannot start")]
    Demo(#[source] testdc::BindError),
    #[error("a task of the program ended without a result")]
    Task,
    #[error("{}", signal_text(*.0))]
    Interrupted(Signal),
}

fn signal_text(signal: Signal) -> &'static str {
    match signal {
        Signal::Interrupt => "interrupted",
        Signal::Terminate => "terminated",
    }
}

impl Failure {
    /// What the process ends with.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Runtime(_) | Self::Demo(_) | Self::Task => Exit::Unexpected,
            Self::Usage { .. }
            | Self::Proxy(_)
            | Self::Input { .. }
            | Self::LogFile { .. }
            | Self::NoTerminal { .. }
            | Self::Stdin(_)
            | Self::PeopleFile { .. }
            | Self::NoDataFolder
            | Self::Recipient(_)
            | Self::AccountName { .. }
            | Self::Config { .. }
            | Self::Foreign { .. }
            | Self::NoSuchString
            | Self::OtherServer
            | Self::Read { source: ReadError::Io(_) | ReadError::Form | ReadError::Nothing, .. }
            | Self::Verify { source: VerifyError::Io(_), .. } => Exit::Usage,
            Self::Archive { source, .. } | Self::Read { source: ReadError::Archive(source), .. } => {
                archive_exit(source)
            }
            Self::KeyKept(_) => Exit::Connection,
            Self::Read { .. } | Self::Verify { .. } | Self::Unverified { .. } => Exit::Unverified,
            Self::Nobody { .. } => Exit::Refused,
            Self::Output { .. } | Self::Journal { .. } => Exit::Output,
            Self::Session(error) => session::exit(error),
            Self::Vault(error) => error.exit(),
            Self::NotConfirmed => Exit::NotConfirmed,
            Self::NotLoggedIn(_) => Exit::NotLoggedIn,
            Self::Login(error) => login::exit(error),
            Self::Client(error) => client::exit(error),
            Self::Takeout(error) => takeout_exit(error),
            Self::Export(error) => export_exit(error),
            Self::Interrupted(signal) => signal.exit(),
        }
    }

    /// What happened, in one line: for an account that Telegram has done something to, that.
    pub(super) fn headline(&self) -> String {
        self.trouble().map_or_else(|| self.to_string(), |trouble| trouble.message().to_owned())
    }

    /// What Telegram has done to the account or its key, if that is what it was.
    fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::Client(error)
            | Self::Takeout(TakeoutError::Client(error))
            | Self::Login(LoginError::Client(error)) => Trouble::of(error),
            _ => None,
        }
    }

    /// What to do now, where there is something. `login` is the command that logs in to the account that was meant.
    pub(super) fn advice(&self, login: &str) -> Option<String> {
        Some(match self {
            Self::NoTerminal { option } => format!("give {option}, or run the command in a terminal"),
            Self::NoDataFolder => "name a session file with --session".to_owned(),
            Self::OtherServer => "name another file with --session, or log out first".to_owned(),
            Self::Unverified { faults, .. } if faults.contains(ARCHIVE) => {
                "take the folder from a backup, or export again".to_owned()
            }
            Self::Unverified { .. } => {
                "its archive is what was written, if it has one: takeout-export convert writes the files from it again"
                    .to_owned()
            }
            Self::Verify { source: VerifyError::Io(_) | VerifyError::Foreign, .. } => {
                "name a folder that takeout-export export, demo or convert has written".to_owned()
            }
            Self::Verify { .. } => {
                "if there is an archive, takeout-export convert writes the rest from it again".to_owned()
            }
            Self::PeopleFile { source: PeopleFileError::UnknownForm | PeopleFileError::Encoding, .. } => {
                "give an export of takeout-export, or what Google Contacts, Outlook or a phone exports: CSV or vCard"
                    .to_owned()
            }
            Self::Archive { source, .. } => return file::archive_advice(source),
            Self::Read { source, .. } | Self::PeopleFile { source: PeopleFileError::Export(source), .. } => {
                return file::read_advice(source);
            }
            Self::Nobody { .. } => {
                "name them in another way: @username, +number, or the user_id of a contact".to_owned()
            }
            Self::NotLoggedIn(_) => login.to_owned(),
            Self::KeyKept(_) => {
                "run it again when there is a connection; --local removes the key all the same".to_owned()
            }
            Self::Session(error) => return session::advice(error, login),
            Self::Vault(error) => error.advice(),
            Self::NotConfirmed => "run the command in a terminal, or add --yes".to_owned(),
            Self::Foreign { source: ForeignError::Io { .. }, .. } => {
                "name the session file of Telethon; strings have a --format of their own".to_owned()
            }
            Self::Foreign { .. } => "--format says which library wrote it".to_owned(),
            Self::NoSuchString => {
                "if that was the session itself: put it into a file of your own, or give - and write it to stdin; on \
                 the command line others can read it"
                    .to_owned()
            }
            Self::Config { .. } => format!("the keys are {}", ConfigFile::KEYS.join(", ")),
            Self::AccountName { .. } => "takeout-export accounts default NAME chooses one".to_owned(),
            Self::Stdin(_) => "what is asked for is read from one line".to_owned(),
            Self::LogFile { .. } => "name a file in a folder that is there and yours".to_owned(),
            Self::Login(error) => return login::advice(error, login),
            Self::Client(error) => return client::advice(error, login),
            Self::Takeout(error) => return takeout_advice(error, login),
            Self::Export(error) => return output_advice(error),
            _ => return None,
        })
    }
}

/// What to do about a folder or a disk that did not take the files.
fn output_advice(error: &ExportError) -> Option<String> {
    let advice = match error {
        ExportError::Output(OutputError::NotEmpty { .. }) => {
            "name another folder, or add --force to replace an earlier export in this one"
        }
        ExportError::Output(OutputError::Foreign { .. }) => "move the file away, or name another folder",
        ExportError::Output(OutputError::Busy { .. }) => "let it finish, or name another folder",
        ExportError::Output(OutputError::NotAFolder { .. }) => "name a folder",
        ExportError::Output(OutputError::Damaged { .. }) => {
            "check the disk, or name a folder on another one; nothing of this export was left behind"
        }
        ExportError::Output(OutputError::Io { source, .. })
        | ExportError::Sink(SinkError::Io { source, .. }) => io_advice(source.kind()),
        // the writers of Parquet and Arrow say in words of their own that a disk is full
        ExportError::Sink(_) => "make room, or name another folder; nothing of this export was left behind",
        ExportError::Reconcile(ReconcileError::Row(_) | ReconcileError::Reply(_)) => return None,
        ExportError::Reconcile(_) => {
            "nothing was left behind that could pass for the whole; report it with a --log-file, which names nobody"
        }
        _ => return None,
    };
    Some(advice.to_owned())
}

/// What to do about a file system that refused.
fn io_advice(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room, or name a folder on another disk; nothing of this export was left behind"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "name a folder that you may write to; nothing of this export was left behind"
        }
        _ => "check the disk, or name another folder; nothing of this export was left behind",
    }
}

fn takeout_exit(error: &TakeoutError) -> Exit {
    match error {
        TakeoutError::Delayed { .. } => Exit::Delayed,
        TakeoutError::TakenOver => Exit::TakenOver,
        TakeoutError::Denied | TakeoutError::StillDelayed { .. } => Exit::NotAllowed,
        TakeoutError::Client(error) => client::exit(error),
        _ => Exit::Unexpected,
    }
}

fn takeout_advice(error: &TakeoutError, login: &str) -> Option<String> {
    Some(match error {
        TakeoutError::Client(error) => return client::advice(error, login),
        TakeoutError::Delayed { wait } | TakeoutError::StillDelayed { wait, .. } => delay_advice(*wait),
        TakeoutError::TakenOver => {
            "let the other export finish and run the command again, or take it over with --take-over"
                .to_owned()
        }
        TakeoutError::Denied => {
            "if that was a mistake, run the command again and confirm it on the other device".to_owned()
        }
        _ => return None,
    })
}

/// The server's own words are "come back on this date with the same device": the session file is that device.
fn delay_advice(wait: Duration) -> String {
    format!(
        "confirm the export in Telegram on a device that has been logged in for over 24 hours, or wait until {}; \
         then run the same command again with the same session (--wait does the waiting)",
        until_text(wait)
    )
}

/// A date, and how far away it is.
pub(super) fn until_text(wait: Duration) -> String {
    let until = i64::try_from(wait.as_secs())
        .ok()
        .and_then(|secs| Timestamp::from_second(Timestamp::now().as_second().checked_add(secs)?).ok());
    let length = duration_text(wait);
    until.map_or_else(|| length.clone(), |until| format!("{until} (in {length})"))
}

pub(super) fn duration_text(wait: Duration) -> String {
    match wait.as_secs() {
        secs @ 0..120 => format!("{secs} s"),
        secs @ 120..7200 => format!("{} min", secs.div_ceil(60)),
        secs => format!("{} h", secs.div_ceil(3600)),
    }
}

fn archive_exit(error: &ArchiveError) -> Exit {
    match error {
        ArchiveError::Io(_) => Exit::Usage,
        _ if seal::is_key_problem(error) => Exit::Usage,
        _ => Exit::Unverified,
    }
}

fn export_exit(error: &ExportError) -> Exit {
    match error {
        ExportError::Contacts(_)
        | ExportError::Reconcile(ReconcileError::Row(_) | ReconcileError::Reply(_)) => Exit::Protocol,
        ExportError::Reconcile(_) => Exit::Reconcile,
        ExportError::Output(OutputError::NotEmpty { .. } | OutputError::Foreign { .. }) => Exit::NotEmpty,
        ExportError::Output(_) | ExportError::Sink(_) => Exit::Output,
        ExportError::Archive(_)
        | ExportError::Columns(_)
        | ExportError::Manifest(_)
        | ExportError::Stopped => Exit::Unexpected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_name_a_date_and_a_length() {
        let advice = delay_advice(Duration::from_secs(86_400));
        assert!(advice.contains("(in 24 h)") && advice.contains('Z'), "{advice}");
        assert_eq!(duration_text(Duration::from_secs(119)), "119 s");
        assert_eq!(duration_text(Duration::from_secs(121)), "3 min");
    }

    #[test]
    fn refusals_have_their_documented_codes() {
        let rpc = |code, text: &str| ClientError::Rpc(tl_api::RpcError { code, message: text.to_owned() });
        for (error, exit) in [
            (rpc(401, "SESSION_REVOKED"), Exit::Revoked),
            (rpc(420, "FLOOD_WAIT_3600"), Exit::FloodWait),
            (rpc(400, "PEER_ID_INVALID"), Exit::Refused),
            (ClientError::Timeout { after: Duration::ZERO }, Exit::Connection),
            (ClientError::NotText { field: "x" }, Exit::Protocol),
        ] {
            assert_eq!(Failure::Client(error).exit(), exit);
        }
        let lost = ExportError::Reconcile(ReconcileError::Missing { saved: 1, contacts: 0 });
        assert_eq!(Failure::Export(lost).exit(), Exit::Reconcile);
        assert_eq!(Failure::Login(LoginError::WrongCode).exit(), Exit::LoginRefused);
        assert_eq!(Failure::Takeout(TakeoutError::TakenOver).exit(), Exit::TakenOver);
        assert_eq!(Failure::Interrupted(Signal::Terminate).exit(), Exit::Terminated);
    }
}
