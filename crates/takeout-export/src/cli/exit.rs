//! How the program can end.

use std::process::ExitCode;

/// What the exit code says. The numbers are part of the program's interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Something that should not happen.
    Unexpected,
    /// Wrong usage.
    Usage,
    /// There is no session, or Telegram has ended it.
    NotLoggedIn,
    /// The login was refused: code, password, number, `api_id`.
    LoginRefused,
    /// Unreachable, closed, timed out.
    Connection,
    /// The server's answer breaks the protocol or cannot be read.
    Protocol,
    /// The server refused a request.
    Refused,
    /// `TAKEOUT_INIT_DELAY`: come back later.
    Delayed,
    /// `TAKEOUT_INVALID`: another export took over.
    TakenOver,
    /// The output folder is not empty.
    NotEmpty,
    /// The output cannot be written.
    Output,
    /// A record would have been lost.
    Reconcile,
    /// A flood wait longer than allowed.
    FloodWait,
    /// The account was deleted or banned.
    AccountGone,
    /// The account is frozen: it may only read.
    Frozen,
    /// Telegram has ended the key, because it was used in two places at once.
    KeyDuplicated,
    /// Another process uses the session.
    InUse,
    /// The session cannot be decrypted: passphrase, keyring.
    CannotDecrypt,
    /// The session file is open to others, or damaged.
    UnsafeSession,
    /// A file is not what was written.
    Unverified,
    /// `diff --exit-code`: there are changes.
    Different,
    /// The user has ended the session on another device.
    Revoked,
    /// The export was declined, or still waits past a limit.
    NotAllowed,
    /// A change that nobody agreed to.
    NotConfirmed,
    /// A change that was made in part.
    Partly,
    /// Ctrl-C.
    Interrupted,
    /// SIGTERM.
    Terminated,
}

impl Exit {
    /// The number that the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Unexpected => 1,
            Self::Usage => 2,
            Self::NotLoggedIn => 3,
            Self::LoginRefused => 4,
            Self::Connection => 5,
            Self::Protocol => 6,
            Self::Refused => 7,
            Self::Delayed => 8,
            Self::TakenOver => 9,
            Self::NotEmpty => 10,
            Self::Output => 11,
            Self::Reconcile => 12,
            Self::FloodWait => 13,
            Self::InUse => 14,
            Self::CannotDecrypt => 15,
            Self::UnsafeSession => 16,
            Self::AccountGone => 17,
            Self::Frozen => 18,
            Self::KeyDuplicated => 19,
            Self::Unverified => 20,
            Self::Different => 21,
            Self::NotConfirmed => 22,
            Self::Partly => 23,
            Self::Revoked => 24,
            Self::NotAllowed => 25,
            // 128 and the number of the signal, as shells have it
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// The table of `--help`.
pub const EXIT_CODES: &str = "\
Exit codes:
    0  done
    1  unexpected error
    2  wrong usage
    3  not logged in, or Telegram does not know the key any more
    4  the login was refused (code, password, number, api_id)
    5  connection: unreachable, closed, timed out
    6  the server's answer breaks the protocol or cannot be read
    7  the server refused a request
    8  Telegram wants the export to wait; the message says until when
    9  another export of the account took over
   10  the output folder is not empty (--force)
   11  the output cannot be written
   12  reconciliation failed: a record would have been lost
   13  a flood wait longer than allowed
   14  the session is in use by another process
   15  the session cannot be decrypted (passphrase, keyring)
   16  the session file is open to others, or damaged
   17  the account was deleted or banned
   18  the account is frozen: Telegram lets it do almost nothing
   19  Telegram has ended the key, because it was used in two places at once
   20  a file is not what was written: damaged, or changed since
   21  `diff --exit-code` found changes
   22  nothing was changed: nobody said yes (--yes)
   23  a change was made in part; the output says for whom
   24  the session was ended on another device
   25  the export was declined on another device, or still waits past --wait-at-most
  130  interrupted (Ctrl-C)
  143  terminated
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_line_for_every_code() {
        let all = [
            Exit::Done,
            Exit::Unexpected,
            Exit::Usage,
            Exit::NotLoggedIn,
            Exit::LoginRefused,
            Exit::Connection,
            Exit::Protocol,
            Exit::Refused,
            Exit::Delayed,
            Exit::TakenOver,
            Exit::NotEmpty,
            Exit::Output,
            Exit::Reconcile,
            Exit::FloodWait,
            Exit::InUse,
            Exit::CannotDecrypt,
            Exit::UnsafeSession,
            Exit::AccountGone,
            Exit::Frozen,
            Exit::KeyDuplicated,
            Exit::Unverified,
            Exit::Different,
            Exit::NotConfirmed,
            Exit::Partly,
            Exit::Revoked,
            Exit::NotAllowed,
            Exit::Interrupted,
            Exit::Terminated,
        ];
        let codes =
            EXIT_CODES.lines().skip(1).map(|line| line.split_whitespace().next().unwrap().parse::<u8>());
        let codes: Vec<_> = codes.map(Result::unwrap).collect();
        assert_eq!(all.map(Exit::code).to_vec(), codes);
    }
}
