//! `takeout-export contacts …`: one operation of core.telegram.org/api/contacts at a time.
//!
//! | module | what it owns |
//! |---|---|
//! | `ask` | the operations that change nothing |
//! | `change` | the ones that do: what is planned, the agreement, the deed |
//! | `agreement` | dry run, question, `--yes` |
//! | `who` | from what was typed to an account that requests can name |
//! | `table` | results |

mod agreement;
mod ask;
mod change;
mod import;
mod table;
mod who;

use tg_client::{Client, takeout};
use tl_api::InvokeError;

use super::arguments::people::{Account, Operation, People};
use super::connection;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::summary::Outcome;
use table::Table;

/// Connects, does the one thing, and closes the connection however it ends.
pub(super) async fn run(mut people: People, interrupt: &Interrupt) -> Result<Outcome, Failure> {
    let account = people.operation.account_mut();
    let client = connection::resume(account.session.clone(), &account.server, interrupt).await?;
    let done = interrupt.or(operate(&client, people.operation)).await;
    connection::close(&client).await;
    done?.map(|table| Outcome::Report(Box::new(table)))
}

async fn operate(client: &Client, operation: Operation) -> Result<Table, Failure> {
    takeout::announce(client).await.map_err(Failure::Client)?;
    match operation {
        Operation::List(_) => ask::list(client).await,
        Operation::Ids(_) => ask::ids(client).await,
        Operation::Statuses(_) => ask::statuses(client).await,
        Operation::Search(search) => ask::search(client, &search).await,
        Operation::Show(somebody) => ask::show(client, &somebody.who).await,
        Operation::Blocked(_) => ask::blocked(client).await,
        Operation::TopPeers(_) => ask::top_peers(client).await,
        Operation::Birthdays(_) => ask::birthdays(client).await,
        Operation::Link(_) => ask::link(client).await,
        Operation::OpenLink(open) => ask::open_link(client, &open.link).await,
        Operation::Add(add) => change::add(client, add).await,
        Operation::Accept(named) => change::accept(client, &named).await,
        Operation::Import(given) => import::import(client, given).await,
        Operation::Delete(several) => change::delete(client, &several).await,
        Operation::DeletePhones(phones) => change::delete_phones(client, &phones).await,
        Operation::ResetSaved(reset) => change::reset_saved(client, &reset).await,
        Operation::Note(note) => change::note(client, &note).await,
        Operation::Block(named) => change::block(client, &named, true).await,
        Operation::Unblock(named) => change::block(client, &named, false).await,
        Operation::TopPeersSwitch(switch) => change::switch_top_peers(client, &switch).await,
        Operation::TopPeersReset(named) => change::reset_rating(client, &named).await,
        Operation::CloseFriends(friends) => change::close_friends(client, &friends).await,
    }
}

impl Operation {
    /// Which account is meant; what is not given is taken from the file of settings.
    pub(super) fn account_mut(&mut self) -> &mut Account {
        match self {
            Self::List(account)
            | Self::Ids(account)
            | Self::Statuses(account)
            | Self::Blocked(account)
            | Self::TopPeers(account)
            | Self::Birthdays(account)
            | Self::Link(account) => account,
            Self::Search(given) => &mut given.account,
            Self::Show(given) => &mut given.account,
            Self::Add(given) => &mut given.account,
            Self::Import(given) => &mut given.account,
            Self::Delete(given) => &mut given.account,
            Self::DeletePhones(given) => &mut given.account,
            Self::ResetSaved(given) => &mut given.account,
            Self::Note(given) => &mut given.account,
            Self::TopPeersSwitch(given) => &mut given.account,
            Self::CloseFriends(given) => &mut given.account,
            Self::OpenLink(given) => &mut given.account,
            Self::Accept(given) | Self::Block(given) | Self::Unblock(given) | Self::TopPeersReset(given) => {
                &mut given.account
            }
        }
    }
}

/// A call that failed, as the program tells it.
fn refused(error: InvokeError) -> Failure {
    Failure::Takeout(takeout::classify(error))
}

/// A reply that cannot be read.
fn unreadable(error: tl_codec::DecodeError) -> Failure {
    refused(InvokeError::Decode(error))
}
