//! What can be typed.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub use self::account::{Login, Logout, Permission, Status};
pub use self::accounts::{Accounts, Config, Doctor, WhoAmI};
pub use self::files::{Convert, Extras, Output, Place, Replies, Reuse};
pub use self::look::{Completions, Diff, History, Inspect, Man, Verify};
use super::exit::EXIT_CODES;
use super::places::AccountName;

mod account;
pub mod accounts;
mod files;
mod look;
pub mod people;

/// Exports the whole Telegram address book, people without an account included, to Parquet, CSV and eight other formats.
#[derive(Debug, Parser)]
#[command(
    name = "takeout-export",
    version,
    after_help = "Try it without an account: takeout-export demo",
    after_long_help = format!("{EXAMPLES}\n{EXIT_CODES}"),
    max_term_width = 100
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What goes with every command.
    #[command(flatten)]
    pub common: Common,
}

const EXAMPLES: &str = "\
Examples:
  Try it, without an account and without the network:
    takeout-export demo --out contacts-demo
  Where Telegram is blocked, with any command that connects:
    --proxy socks5://user:password@host:1080
    --proxy 'tg://proxy?server=host&port=443&secret=ee…'
    --transport wss
  Export your own address book (api_id and api_hash come from https://my.telegram.org):
    takeout-export login --api-id 12345 --api-hash 0123456789abcdef0123456789abcdef
    takeout-export export --out my-contacts
    takeout-export logout
  Other formats, later and without the network; what changed since the last time:
    takeout-export convert my-contacts --format vcard,html --out my-cards
    takeout-export diff contacts-june contacts-july
";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a Telegram data centre on this machine, log in to it over TCP, and export a made-up address book
    Demo(Demo),
    /// Log in to Telegram with a code or a QR code (and password) and keep the session
    Login(Login),
    /// Export the address book of the account that is logged in
    Export(Export),
    /// Write the files of an export again, in any format, from its archive and without the network
    Convert(Convert),
    /// Show what an export holds: columns, counts, first rows; a folder is verified first
    Inspect(Inspect),
    /// Check that every file of an export is what was written
    Verify(Verify),
    /// Show what changed between two exports
    Diff(Diff),
    /// List the dated exports of a history, and what changed from one to the next
    History(History),
    /// Print a script that completes commands and options
    Completions(Completions),
    /// Print the manual page
    Man(Man),
    /// Work on single contacts: search, add, import, delete, block, …
    Contacts(Box<people::People>),
    /// Say who is logged in and which exports Telegram holds back, without asking Telegram
    Status(Status),
    /// End the session at Telegram and remove it here
    Logout(Logout),
    /// Ask Telegram who is logged in
    Whoami(WhoAmI),
    /// Several accounts on one machine: list, show, rename, remove, choose; bring logins along from other libraries
    Accounts(Accounts),
    /// The settings in force
    Config(Config),
    /// Check the server, the way there, the clock, the keyring and the files, and say what to do
    Doctor(Doctor),
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Common {
    /// Print the result as one JSON object
    #[arg(long, global = true)]
    pub json: bool,
    /// Say more on stderr (repeat for more: -vv, -vvv)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Write a log to this file (no codes, passwords, keys, names or numbers are ever logged)
    #[arg(long, global = true, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
}

/// `demo`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeout-export demo
  takeout-export demo --out big-demo --contacts 16000 --saved-only 4000 --format parquet,html")]
pub struct Demo {
    /// Output folder
    #[arg(long, value_name = "DIR", default_value = "contacts-demo")]
    pub out: PathBuf,
    /// Contacts with an account
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub contacts: u32,
    /// Saved numbers without an account
    #[arg(long, value_name = "M", default_value_t = 40)]
    pub saved_only: u32,
    /// Another seed gives another address book
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Where the files go, and what is in them.
    #[command(flatten)]
    pub output: Output,
}

/// `export`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeout-export export --out my-contacts
  takeout-export export --out my-contacts --force --format parquet,vcard,html --encrypt age1…
  takeout-export export --out my-contacts --notes --birthdays
  takeout-export export --history backups --reuse-users backups/account_id=4711/export_date=2024-06-30

Ctrl-C ends every wait at once. A takeout session that may be open at Telegram is ended there first, which takes some
seconds at most; a second Ctrl-C does not wait for that, and the next command ends it.")]
pub struct Export {
    /// Which folder.
    #[command(flatten)]
    pub place: Place,
    /// What need not be fetched again.
    #[command(flatten)]
    pub reuse: Reuse,
    /// What is asked beside the three lists.
    #[command(flatten)]
    pub extras: Extras,
    /// Where the files go, and what is in them.
    #[command(flatten)]
    pub output: Output,
    /// Which server.
    #[command(flatten)]
    pub server: Server,
    /// Which session.
    #[command(flatten)]
    pub session: Session,
    /// What to do when Telegram holds it back.
    #[command(flatten)]
    pub permission: Permission,
}

/// Which server to talk to, and how to get there: Telegram and straight on, unless something else is given.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connection")]
pub struct Server {
    /// Telegram's test servers instead of its real ones
    #[arg(long, conflicts_with = "dc")]
    pub test_dc: bool,
    /// Any server: data centre number, host and port for the --transport, like 2=127.0.0.1:4430; repeat it for each
    /// further data centre to which that one may send an account
    #[arg(long, value_name = "ID=HOST:PORT", requires = "rsa_key")]
    pub dc: Vec<String>,
    /// The public RSA key of that server (PEM)
    #[arg(long, value_name = "FILE", requires = "dc")]
    pub rsa_key: Option<PathBuf>,
    /// The way there: a SOCKS5 or HTTP proxy (with user and password if need be), or a link to an MTProxy as Telegram's
    /// apps share it; the session keeps nothing of it
    #[arg(long, value_name = "URL", env = "TAKEOUT_EXPORT_PROXY", hide_env_values = true)]
    pub proxy: Option<secrecy::SecretString>,
    /// Wait for Telegram's flood limits up to so long; a longer one ends the command with code 13
    #[arg(long, value_name = "SECS", default_value_t = 300)]
    pub max_wait: u64,
    /// What carries the connection; `wss` and `https` look like visits to a web site
    #[arg(long, value_name = "NAME", value_enum, default_value_t, env = "TAKEOUT_EXPORT_TRANSPORT")]
    pub transport: TransportName,
    /// How messages are marked in it (not over HTTP); without, intermediate, or padded where a proxy demands it
    #[arg(long, value_name = "NAME", value_enum)]
    pub framing: Option<FramingName>,
    /// Make a TCP connection look like random bytes
    #[arg(long)]
    pub obfuscated: bool,
    /// Trust the certificates in this file (PEM) too, with `wss` and `https`
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
}

/// `--transport`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum TransportName {
    /// TCP
    #[default]
    Tcp,
    /// A WebSocket
    Ws,
    /// A WebSocket in TLS
    Wss,
    /// HTTP requests
    Http,
    /// HTTP requests in TLS
    Https,
}

/// `--framing`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FramingName {
    /// One or four bytes of length
    Abridged,
    /// Four bytes of length
    Intermediate,
    /// The same and some random bytes
    Padded,
    /// Length, number and checksum; cannot be obfuscated
    Full,
}

/// The application's credentials from my.telegram.org. A session keeps the `api_id`, so only a login needs them.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Application")]
pub struct Credentials {
    /// `api_id` from my.telegram.org
    #[arg(long, value_name = "ID", env = "TAKEOUT_EXPORT_API_ID", value_parser = clap::value_parser!(i32).range(1..))]
    pub api_id: Option<i32>,
    /// `api_hash` from my.telegram.org
    #[arg(long, value_name = "HASH", env = "TAKEOUT_EXPORT_API_HASH", hide_env_values = true)]
    pub api_hash: Option<secrecy::SecretString>,
}

/// Whose session, where it is kept, and how it is guarded.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Session")]
pub struct Session {
    /// The account, by the name that it has here (default: `main`, or what `accounts default` says)
    #[arg(long, value_name = "NAME", env = "TAKEOUT_EXPORT_ACCOUNT", conflicts_with = "path")]
    pub account: Option<AccountName>,
    /// Session file (default: that of the account, in the data folder of the user)
    #[arg(long = "session", value_name = "FILE", env = "TAKEOUT_EXPORT_SESSION")]
    pub path: Option<PathBuf>,
    /// Read the passphrase of the sessions from the first line of a file (or set `TAKEOUT_EXPORT_PASSPHRASE`)
    #[arg(long, value_name = "FILE", env = "TAKEOUT_EXPORT_PASSPHRASE_FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Do not put the key of the sessions into the keyring of the system: a passphrase guards it
    #[arg(long, env = "TAKEOUT_EXPORT_NO_KEYRING", value_parser = FalseyValueParser::new())]
    pub no_keyring: bool,
    /// Do not encrypt the session: whoever reads the file has the account
    #[arg(long, env = "TAKEOUT_EXPORT_INSECURE_PLAIN_SESSION", value_parser = FalseyValueParser::new())]
    pub insecure_plain_session: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_has_examples_that_can_be_typed() {
        let mut open = vec![(Vec::new(), Arguments::command())];
        let mut seen = 0;
        while let Some((path, command)) = open.pop() {
            let help = command.clone().render_long_help().to_string();
            let words = [vec!["takeout-export".to_owned()], path.clone()].concat().join(" ");
            let examples = help.split_once("\nExample").map(|(_, examples)| examples.to_owned());
            assert!(examples.is_some_and(|examples| examples.contains(&words)), "{words}: {help}");
            seen += 1;
            for inner in command.get_subcommands() {
                open.push(([path.clone(), vec![inner.get_name().to_owned()]].concat(), inner.clone()));
            }
        }
        assert!(seen > 45, "{seen} commands");
    }

    #[test]
    fn help_shows_the_exit_codes_and_no_secret() {
        let help = Arguments::command().render_long_help().to_string();
        assert!(help.contains("reconciliation failed") && help.contains("takeout-export demo"), "{help}");
    }

    #[test]
    fn what_belongs_together_is_demanded_together() {
        let parse = |line: &str| Arguments::try_parse_from(line.split_whitespace());
        assert!(parse("x export --out d --dc 2=h:1").is_err());
        assert!(parse("x export --out d --rsa-key f").is_err());
        assert!(parse("x export --out d --test-dc --dc 2=h:1 --rsa-key f").is_err());
        assert!(parse("x export").is_err());
        assert!(parse("x login --api-id 0").is_err());
        assert!(parse("x export --out d --dc 2=h:1 --rsa-key f --json -vv").is_ok());
        assert!(parse("x export --out d --dc 2=h:1 --dc 3=i:1 --rsa-key f").is_ok());
    }
}
