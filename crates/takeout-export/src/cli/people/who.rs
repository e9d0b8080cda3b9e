//! From what was typed to an account that requests can name.

use contacts::fetch;
use contacts::operations::Who;
use contacts::operations::find::{self, Resolved};
use tg_client::Client;
use tl_api::enums::UserRef;
use tl_api::enums::contacts::ContactsRef;
use tl_api::types;

use super::super::failure::Failure;
use super::{refused, unreadable};

/// What was typed.
#[derive(Debug, PartialEq, Eq)]
enum Typed {
    Username(String),
    /// Digits of a number.
    Phone(String),
    Id(i64),
}

/// `@name`, `+number` or an id.
fn parse(text: &str) -> Result<Typed, Failure> {
    if let Some(name) = text.strip_prefix('@') {
        return Ok(Typed::Username(name.to_owned()));
    }
    if text.starts_with('+') {
        let digits = text.chars().filter(char::is_ascii_digit).collect::<String>();
        return Ok(Typed::Phone(digits));
    }
    let what = || format!("{text}: name somebody by @username, +number or the user_id of a contact");
    text.parse().map(Typed::Id).map_err(|_| Failure::Usage { what: what() })
}

/// Somebody who was found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) who: Who,
    /// The line that a plan has for them.
    pub(super) label: String,
}

/// Finds somebody: among the contacts by id or number, else by what the server says of a username or number.
///
/// # Errors
/// [`Failure::Nobody`], or what keeps the server from answering.
pub(super) async fn find_who(client: &Client, text: &str) -> Result<Found, Failure> {
    match parse(text)? {
        Typed::Username(name) => {
            let reply = find::resolve_username(client, &name).await.map_err(refused)?;
            let reply = reply.ok_or_else(|| nobody(text))?;
            first(reply.read().map_err(unreadable)?.users.iter(), text)
        }
        Typed::Phone(digits) => {
            let is_theirs =
                |user: &types::UserRef<'_>| user.phone.is_some_and(|phone| phone == digits.as_str());
            if let Some(found) = among_contacts(client, is_theirs).await? {
                return Ok(found);
            }
            match find::resolve_phone(client, &digits).await.map_err(refused)? {
                Resolved::Found(reply) => first(reply.read().map_err(unreadable)?.users.iter(), text),
                Resolved::NotFoundOrHidden => Err(nobody(text)),
            }
        }
        Typed::Id(id) => among_contacts(client, |user| user.id == id).await?.ok_or_else(|| nobody(text)),
    }
}

async fn among_contacts(
    client: &Client,
    is_meant: impl Fn(&types::UserRef<'_>) -> bool,
) -> Result<Option<Found>, Failure> {
    let reply = fetch::contacts(client, 0).await.map_err(refused)?;
    let ContactsRef::Contacts(all) = reply.read().map_err(unreadable)? else { return Ok(None) };
    let found = all.users.iter().find_map(|user| match user {
        UserRef::User(user) if is_meant(&user) => found(&user),
        _ => None,
    });
    Ok(found)
}

fn first<'a>(users: impl Iterator<Item = UserRef<'a>>, text: &str) -> Result<Found, Failure> {
    let mut found = users.filter_map(|user| if let UserRef::User(user) = user { found(&user) } else { None });
    found.next().ok_or_else(|| nobody(text))
}

fn found(user: &types::UserRef<'_>) -> Option<Found> {
    let names = [user.first_name, user.last_name].into_iter().flatten();
    let name = names.map(|name| name.to_str_lossy().into_owned()).collect::<Vec<_>>().join(" ");
    let username = user.username.map_or_else(String::new, |name| format!(", @{}", name.to_str_lossy()));
    let label = format!("{name} (user_id {}{username})", user.id);
    Who::of(user).map(|who| Found { who, label: label.trim_start().to_owned() })
}

fn nobody(text: &str) -> Failure {
    Failure::Nobody { typed: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_character_says_what_was_typed() {
        let parsed = |text: &str| parse(text).unwrap();
        assert_eq!(parsed("@ann"), Typed::Username("ann".into()));
        assert_eq!(parsed("+49 (151) 1"), Typed::Phone("491511".into()));
        assert_eq!(parsed("8400000000"), Typed::Id(8_400_000_000));
        assert!(parse("ann").is_err() && parse("").is_err());
    }
}
