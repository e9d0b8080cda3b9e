//! What can be typed about files.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::format::Format;

/// Where the files go, and what is in them.
#[derive(Debug, Args)]
pub struct Output {
    /// What to write, separated by commas
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        default_values_t = Format::DEFAULT,
        value_parser = PossibleValuesParser::new(Format::ALL.map(Format::name)).try_map(|name| name.parse::<Format>())
    )]
    pub format: Vec<Format>,
    /// CSV for Excel: a byte order mark, and an apostrophe before cells that look like a formula
    #[arg(long)]
    pub excel: bool,
    /// What becomes of the server's replies.
    #[command(flatten)]
    pub replies: Replies,
    /// Replace an earlier export in the folder; other files in it stay
    #[arg(long)]
    pub force: bool,
    /// Add the column `access_hash` (with it and the session one can write to the people of the list)
    #[arg(long)]
    pub with_access_hash: bool,
}

/// What becomes of the server's replies.
#[derive(Debug, Args)]
pub struct Replies {
    /// Do not keep the server's replies; without them no other format can be written later
    #[arg(long, conflicts_with = "encrypt")]
    pub no_raw: bool,
    /// Encrypt the archive of the replies for this age public key (repeat for more)
    #[arg(long, value_name = "RECIPIENT")]
    pub encrypt: Vec<String>,
}

/// Which folder.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct Place {
    /// Output folder; created if it is not there
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write into a folder of dated exports: `DIR/account_id=…/export_date=…` (UTC)
    #[arg(long, value_name = "DIR")]
    pub history: Option<PathBuf>,
}

/// What need not be fetched again.
#[derive(Debug, Args)]
pub struct Reuse {
    /// Take names and flags of accounts from this earlier export (folder or archive) if the server says that nobody came
    /// or went since; saved records and statuses are always fetched
    #[arg(long, value_name = "EXPORT")]
    pub reuse_users: Option<PathBuf>,
    /// The file with the age key that opens that export's encrypted archive
    #[arg(long, value_name = "FILE", requires = "reuse_users")]
    pub identity: Option<PathBuf>,
}

/// What is asked beside the three lists. It takes a request each, so it takes its time; an export that is interrupted, or
/// stopped by a long wait that Telegram wants, goes on from there the next time.
#[derive(Debug, Clone, Copy, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is one option, and they are independent")]
pub struct Extras {
    /// Add the notes about contacts: one request for each account, one in a second
    #[arg(long)]
    pub notes: bool,
    /// Add the birthdays that contacts show: as many requests, the same ones
    #[arg(long)]
    pub birthdays: bool,
    /// Ask whose the saved numbers without a contact are: one request for each, one in three seconds, until Telegram wants a
    /// long wait
    #[arg(long)]
    pub resolve_phones: bool,
    /// Add how much you have to do with whom, by Telegram's own rating
    #[arg(long)]
    pub top_peers: bool,
    /// For tests: milliseconds between two requests
    #[arg(long, value_name = "MILLIS", hide = true)]
    pub extras_pace_millis: Option<u64>,
}

/// `convert`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeout-export convert my-contacts --format vcard,html --out cards
  takeout-export convert my-contacts/archive.tkx.age --identity key.txt --out again")]
pub struct Convert {
    /// The archive, or the folder of the export that it lies in
    #[arg(value_name = "ARCHIVE")]
    pub archive: PathBuf,
    /// Which folder.
    #[command(flatten)]
    pub place: Place,
    /// Where the files go, and what is in them.
    #[command(flatten)]
    pub output: Output,
    /// The file with the age key that opens an encrypted archive
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
}
