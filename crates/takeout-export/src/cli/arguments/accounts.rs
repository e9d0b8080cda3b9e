//! What can be typed about accounts and settings.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Credentials, Server, Session};
use crate::cli::places::AccountName;

/// `accounts`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeout-export accounts list
  takeout-export accounts default work
  takeout-export accounts import old.session --format telethon-file --account work
  takeout-export accounts export --format telethon-string --out telethon.txt")]
pub struct Accounts {
    /// What to do with them.
    #[command(subcommand)]
    pub command: AccountsCommand,
}

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub enum AccountsCommand {
    /// The accounts on this machine
    #[command(after_help = "Example:\n  takeout-export accounts list")]
    List,
    /// What is known of an account without asking Telegram
    #[command(after_help = "Example:\n  takeout-export accounts show --account work")]
    Show(Chosen),
    /// Give an account another name here
    #[command(after_help = "Example:\n  takeout-export accounts rename main work")]
    Rename {
        /// The name that it has
        old: AccountName,
        /// The name that it gets
        new: AccountName,
    },
    /// Remove an account's key from this machine; the login stays at Telegram (`logout` ends it there)
    #[command(after_help = "Example:\n  takeout-export accounts remove work")]
    Remove {
        /// Its name here
        name: AccountName,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// The account that is meant when none is named: say which, or make it another one
    #[command(after_help = "Example:\n  takeout-export accounts default work")]
    Default {
        /// Its name here
        name: Option<AccountName>,
    },
    /// Bring a login along from another library; the key is checked with one call that only reads
    #[command(
        after_help = "Example:\n  takeout-export accounts import old.session --format telethon-file --account work"
    )]
    Import(Import),
    /// Write a login in the form of another library
    #[command(
        after_help = "Example:\n  takeout-export accounts export --format telethon-string --out telethon.txt"
    )]
    Export(ExportAccount),
}

/// One account.
#[derive(Debug, Args)]
pub struct Chosen {
    /// Which session.
    #[command(flatten)]
    pub session: Session,
}

/// `accounts import`
#[derive(Debug, Args)]
pub struct Import {
    /// The file, or '-' for a string on the first line of stdin (on the command line others could read it)
    #[arg(value_name = "FILE")]
    pub from: PathBuf,
    /// What wrote it
    #[arg(long, value_enum, value_name = "FORM")]
    pub format: ForeignForm,
    /// Which server.
    #[command(flatten)]
    pub server: Server,
    /// `api_id` from my.telegram.org, where the form has none
    #[arg(long, value_name = "ID", env = "TAKEOUT_EXPORT_API_ID", value_parser = clap::value_parser!(i32).range(1..))]
    pub api_id: Option<i32>,
    /// Which session.
    #[command(flatten)]
    pub session: Session,
}

/// `accounts export`
#[derive(Debug, Args)]
pub struct ExportAccount {
    /// For which library
    #[arg(long, value_enum, value_name = "FORM")]
    pub format: ExportForm,
    /// Write it to a new file that nobody else can read, instead of to stdout
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Which session.
    #[command(flatten)]
    pub session: Session,
}

/// Forms of sessions that can be brought along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum ForeignForm {
    /// Telethon's session file (`SQLite`)
    TelethonFile,
    /// Telethon's `StringSession`
    TelethonString,
    /// Pyrogram's or kurigram's session string
    PyrogramString,
    /// mtcute's session string
    MtcuteString,
}

/// Forms of sessions that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum ExportForm {
    /// Telethon's `StringSession`
    TelethonString,
}

/// `whoami`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  takeout-export whoami --account work")]
pub struct WhoAmI {
    /// Which server.
    #[command(flatten)]
    pub server: Server,
    /// Which session.
    #[command(flatten)]
    pub session: Session,
}

/// `config`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  takeout-export config show")]
pub struct Config {
    /// What to do.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// What can be done with settings.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// The settings in force, and where each comes from; secrets are not shown
    #[command(after_help = "Example:\n  takeout-export config show --account work")]
    Show(Settings),
}

/// All settings.
#[derive(Debug, Args)]
pub struct Settings {
    /// Which server.
    #[command(flatten)]
    pub server: Server,
    /// Whose application.
    #[command(flatten)]
    pub credentials: Credentials,
    /// Which session.
    #[command(flatten)]
    pub session: Session,
}

/// `doctor`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeout-export doctor
  takeout-export doctor --proxy socks5://127.0.0.1:1080")]
pub struct Doctor {
    /// Which server.
    #[command(flatten)]
    pub server: Server,
    /// Which session.
    #[command(flatten)]
    pub session: Session,
}
