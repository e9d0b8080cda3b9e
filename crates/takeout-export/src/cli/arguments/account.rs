//! What can be typed about an account: logging in and out, and waiting for Telegram.

use std::path::PathBuf;

use clap::Args;

use super::{Credentials, Server, Session};

/// `login`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeout-export login --api-id 12345 --api-hash 0123456789abcdef0123456789abcdef
  takeout-export login --qr
  takeout-export login --account work
  takeout-export login --phone +4915112345678 --code-stdin --password-file password.txt < code.txt")]
pub struct Login {
    /// Which server.
    #[command(flatten)]
    pub server: Server,
    /// Whose application.
    #[command(flatten)]
    pub credentials: Credentials,
    /// Which session.
    #[command(flatten)]
    pub session: Session,
    /// Show a QR code, to be read with Telegram on a phone that is logged in (Settings > Devices > Link Desktop Device)
    #[arg(long, conflicts_with_all = ["phone", "code_stdin"])]
    pub qr: bool,
    /// Phone number with its country code; asked for if it is not given
    #[arg(long, value_name = "NUMBER")]
    pub phone: Option<String>,
    /// Read the login code from the first line of stdin (for scripts)
    #[arg(long)]
    pub code_stdin: bool,
    /// Read the two-step verification password from the first line of a file (for scripts)
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// `logout`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeout-export logout
  takeout-export logout --account work --local     # Telegram cannot be reached; the key goes all the same")]
pub struct Logout {
    /// Which server.
    #[command(flatten)]
    pub server: Server,
    /// Which session.
    #[command(flatten)]
    pub session: Session,
    /// Remove the key even if Telegram cannot be reached; the session then stays in Telegram's list of devices
    #[arg(long)]
    pub local: bool,
}

/// `status`
#[derive(Debug, Args)]
#[command(after_help = "\
Example, in a script:
  takeout-export status --json")]
pub struct Status {
    /// Which session.
    #[command(flatten)]
    pub session: Session,
    /// A session beside those of the accounts, of which the file of settings tells.
    #[arg(skip)]
    pub also: Option<PathBuf>,
}

/// What to do when Telegram holds an export back, or another export takes over.
#[derive(Debug, Clone, Args)]
pub struct Permission {
    /// Wait until Telegram allows the export (the default on a terminal)
    #[arg(long, conflicts_with = "no_wait")]
    pub wait: bool,
    /// Say until when Telegram holds the export back, and end with code 8 (the default without a terminal)
    #[arg(long)]
    pub no_wait: bool,
    /// While waiting, ask Telegram so often whether the export was confirmed on another device
    #[arg(long, value_name = "SECS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..))]
    pub ask_every: u64,
    /// Stop waiting after so long, with code 25
    #[arg(long, value_name = "SECS", conflicts_with = "no_wait")]
    pub wait_at_most: Option<u64>,
    /// If another export of the account takes over, take it back, once
    #[arg(long)]
    pub take_over: bool,
}
