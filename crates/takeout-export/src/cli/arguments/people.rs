//! What can be typed about single people: `takeout-export contacts …`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Server, Session};

/// `contacts`
#[derive(Debug, Args)]
#[command(after_help = "\
WHO is @username, a number with its country code like +4915112345678, or the user_id of a contact.

Examples:
  takeout-export contacts search ann
  takeout-export contacts add @ann --first-name Ann --note 'from the choir'
  takeout-export contacts delete @ann --dry-run
  takeout-export contacts import old-contacts.csv --yes")]
pub struct People {
    /// What to do.
    #[command(subcommand)]
    pub operation: Operation,
}

/// The operations. What changes the account takes [`Change`].
#[derive(Debug, Subcommand)]
pub enum Operation {
    /// List the contacts that have an account (contacts.getContacts)
    #[command(after_help = "Example:\n  takeout-export contacts list --json")]
    List(Account),
    /// List the contacts' ids as the oldest method gives them (contacts.getContactIDs)
    #[command(after_help = "Example:\n  takeout-export contacts ids")]
    Ids(Account),
    /// List when the contacts were last seen (contacts.getStatuses)
    #[command(after_help = "Example:\n  takeout-export contacts statuses")]
    Statuses(Account),
    /// Look for contacts by name, and for everybody by username (contacts.search)
    Search(Search),
    /// Say who somebody is (contacts.resolveUsername, contacts.resolvePhone, users.getFullUser)
    Show(Somebody),
    /// Add somebody, or rename a contact (contacts.addContact)
    Add(Add),
    /// Add somebody who has you in their contacts, under the name that they go by (contacts.acceptContact)
    #[command(after_help = "Example:\n  takeout-export contacts accept @ann --dry-run")]
    Accept(Named),
    /// Save the people of a file; who has an account becomes a contact (contacts.importContacts)
    Import(Import),
    /// Delete contacts, with their saved numbers (contacts.deleteContacts)
    Delete(Several),
    /// Delete saved numbers, with the contacts whose they are (contacts.deleteByPhones)
    DeletePhones(Phones),
    /// Delete every saved number without an account (contacts.resetSaved)
    ResetSaved(ResetSaved),
    /// Write the note of a contact; an empty one removes it (contacts.updateContactNote)
    Note(Note),
    /// Block somebody (contacts.block)
    #[command(after_help = "Example:\n  takeout-export contacts block @spammer")]
    Block(Named),
    /// Let somebody write again (contacts.unblock)
    #[command(after_help = "Example:\n  takeout-export contacts unblock @ann")]
    Unblock(Named),
    /// List who is blocked (contacts.getBlocked)
    #[command(after_help = "Example:\n  takeout-export contacts blocked")]
    Blocked(Account),
    /// List with whom you have most to do (contacts.getTopPeers)
    #[command(after_help = "Example:\n  takeout-export contacts top-peers")]
    TopPeers(Account),
    /// Switch the list of top peers on or off; off deletes it (contacts.toggleTopPeers)
    TopPeersSwitch(Switch),
    /// Take somebody off the list of top peers (contacts.resetTopPeerRating)
    #[command(after_help = "Example:\n  takeout-export contacts top-peers-reset @ann")]
    TopPeersReset(Named),
    /// Make these contacts, and no others, your close friends (contacts.editCloseFriends)
    CloseFriends(Friends),
    /// List the birthdays of yesterday, today and tomorrow (contacts.getBirthdays)
    #[command(after_help = "Example:\n  takeout-export contacts birthdays")]
    Birthdays(Account),
    /// Make a link with which others can add you (contacts.exportContactToken)
    #[command(after_help = "Example:\n  takeout-export contacts link")]
    Link(Account),
    /// Say whose link this is (contacts.importContactToken)
    OpenLink(OpenLink),
}

/// Whose address book.
#[derive(Debug, Args)]
pub struct Account {
    /// Which server.
    #[command(flatten)]
    pub server: Server,
    /// Which session.
    #[command(flatten)]
    pub session: Session,
}

/// How a change is agreed to.
#[derive(Debug, Args)]
pub struct Change {
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do it without asking (for scripts)
    #[arg(short, long)]
    pub yes: bool,
}

/// `search`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  takeout-export contacts search ann")]
pub struct Search {
    /// Beginning of a name or username, three letters at least
    pub query: String,
    /// The most results of each kind
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(i32).range(1..=100))]
    pub limit: i32,
    /// Whose address book.
    #[command(flatten)]
    pub account: Account,
}

/// `show`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  takeout-export contacts show +4915112345678")]
pub struct Somebody {
    /// Who
    pub who: String,
    /// Whose address book.
    #[command(flatten)]
    pub account: Account,
}

/// `accept`, `block`, `unblock`, `top-peers-reset`
#[derive(Debug, Args)]
pub struct Named {
    /// Who
    pub who: String,
    /// How it is agreed to.
    #[command(flatten)]
    pub change: Change,
    /// Whose address book.
    #[command(flatten)]
    pub account: Account,
}

/// `delete`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  takeout-export contacts delete @ann @ben --dry-run")]
pub struct Several {
    /// Who
    #[arg(required = true)]
    pub who: Vec<String>,
    /// How it is agreed to.
    #[command(flatten)]
    pub change: Change,
    /// Whose address book.
    #[command(flatten)]
    pub account: Account,
}

/// `close-friends`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  takeout-export contacts close-friends @ann @ben     # these two, and nobody else")]
pub struct Friends {
    /// Who; nobody: the list becomes empty
    pub who: Vec<String>,
    /// How it is agreed to.
    #[command(flatten)]
    pub change: Change,
    /// Whose address book.
    #[command(flatten)]
    pub account: Account,
}

/// `add`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeout-export contacts add @ann --first-name Ann --note 'from the choir'
  takeout-export contacts add +4915112345678 --first-name Ann --phone +4915112345678 --no-share-phone")]
pub struct Add {
    /// Who
    pub who: String,
    /// First name
    #[arg(long)]
    pub first_name: String,
    /// Last name
    #[arg(long, default_value = "")]
    pub last_name: String,
    /// Number for the phone book; without one the contact is not among the saved numbers
    #[arg(long, default_value = "")]
    pub phone: String,
    /// A note that only you see
    #[arg(long)]
    pub note: Option<String>,
    /// Let them see your number in any case; without this only where Telegram asks for it, and the plan says so
    #[arg(long)]
    pub share_phone: bool,
    /// Do not let them see your number, even where Telegram asks for it
    #[arg(long, conflicts_with = "share_phone")]
    pub no_share_phone: bool,
    /// How it is agreed to.
    #[command(flatten)]
    pub change: Change,
    /// Whose address book.
    #[command(flatten)]
    pub account: Account,
}

/// `import`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  takeout-export contacts import my-contacts --dry-run     # an export
  takeout-export contacts import my-contacts/archive.tkx.age --identity key.txt
  takeout-export contacts import google.csv --yes")]
pub struct Import {
    /// An export of this program (its folder, Parquet file, archive or CSV), a CSV of Google or Outlook, or vCards
    pub file: PathBuf,
    /// The file with the age key that opens an encrypted archive
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// How it is agreed to.
    #[command(flatten)]
    pub change: Change,
    /// Whose address book.
    #[command(flatten)]
    pub account: Account,
}

/// `delete-phones`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  takeout-export contacts delete-phones +4915112345678 --yes")]
pub struct Phones {
    /// Numbers with their country code
    #[arg(required = true)]
    pub phones: Vec<String>,
    /// How it is agreed to.
    #[command(flatten)]
    pub change: Change,
    /// Whose address book.
    #[command(flatten)]
    pub account: Account,
}

/// `reset-saved`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  takeout-export export --out today && takeout-export contacts reset-saved --export today")]
pub struct ResetSaved {
    /// The folder of an export of this account that is whole and not older than a day: nothing else brings the numbers
    /// back
    #[arg(long, value_name = "DIR")]
    pub export: PathBuf,
    /// The file with the age key that opens its archive, if that is encrypted and nothing else in it can be imported
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// How it is agreed to.
    #[command(flatten)]
    pub change: Change,
    /// Whose address book.
    #[command(flatten)]
    pub account: Account,
}

/// `note`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  takeout-export contacts note @ann 'from the choir'")]
pub struct Note {
    /// Who
    pub who: String,
    /// The note, 128 characters at most
    pub text: String,
    /// How it is agreed to.
    #[command(flatten)]
    pub change: Change,
    /// Whose address book.
    #[command(flatten)]
    pub account: Account,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnOff {
    /// Keep the list
    On,
    /// Delete it and keep none
    Off,
}

/// `top-peers-switch`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  takeout-export contacts top-peers-switch off")]
pub struct Switch {
    /// On or off
    pub state: OnOff,
    /// How it is agreed to.
    #[command(flatten)]
    pub change: Change,
    /// Whose address book.
    #[command(flatten)]
    pub account: Account,
}

/// `open-link`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  takeout-export contacts open-link https://t.me/contact/…")]
pub struct OpenLink {
    /// The link, or its last part alone
    pub link: String,
    /// Whose address book.
    #[command(flatten)]
    pub account: Account,
}
