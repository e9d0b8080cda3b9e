//! `users.*`

use tl_api::enums::InputUserRef;
use tl_api::functions::users;
use tl_api::{enums, types};
use tl_codec::{Constructor, Encode, encode_vector};

use super::Refusal;
use super::request::{Access, Answer, Method, Request, read};
use super::wire_forms::user;
use crate::account::Account;
use crate::directory::{self, People};

/// Users that one call may ask for.
const MAX_USERS: usize = 200;

pub(super) const METHODS: &[Method] = &[
    Method {
        id: users::GetUsersRef::ID,
        name: users::GetUsersRef::NAME,
        access: Access::LoggedIn,
        call: get_users,
    },
    Method {
        id: users::GetFullUserRef::ID,
        name: users::GetFullUserRef::NAME,
        access: Access::LoggedIn,
        call: get_full_user,
    },
];

fn get_users(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<users::GetUsersRef<'_>>(body)?;
    if query.id.len() > MAX_USERS {
        return Err(Refusal::bad("LIMIT_INVALID"));
    }
    let people = request.centre.cloud.directory.lock();
    let users = query.id.iter().map(|input| find(&account, &people, &input)).collect::<Vec<_>>();
    let mut out = Vec::new();
    encode_vector(&users, &mut out);
    Ok(out)
}

/// A user who is not known, or is asked for with a wrong access hash, comes back empty.
fn find(account: &Account, people: &People, input: &InputUserRef<'_>) -> enums::User {
    match input {
        InputUserRef::InputUserSelf(_) => enums::User::User(user(&account.own_user())),
        InputUserRef::InputUser(input) => {
            let list = account.contact_list();
            let own = list.user(input.user_id).filter(|person| person.access_hash == input.access_hash);
            let known = own.or_else(|| Some(&people.find(input.user_id, input.access_hash)?.person));
            known.map_or_else(
                || enums::User::Empty(types::UserEmpty { id: input.user_id }),
                |person| enums::User::User(user(person)),
            )
        }
        InputUserRef::Empty(_) | InputUserRef::FromMessage(_) | _ => {
            enums::User::Empty(types::UserEmpty { id: 0 })
        }
    }
}

/// What a profile shows: here the birthday, the note about a contact, and whether they are blocked.
fn get_full_user(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<users::GetFullUserRef<'_>>(body)?;
    let people = request.centre.cloud.directory.lock();
    let enums::User::User(user) = find(&account, &people, &query.id) else {
        return Err(Refusal::bad("USER_ID_INVALID"));
    };
    let list = account.contact_list();
    let birthday = directory::birthday(user.id);
    let full_user = types::UserFull {
        id: user.id,
        blocked: list.blocked.contains(user.id),
        blocked_my_stories_from: list.blocked_from_stories.contains(user.id),
        birthday: birthday.map(|(day, month, year)| types::Birthday { day, month, year }),
        note: list
            .note(user.id)
            .map(|text| types::TextWithEntities { text: text.to_owned(), entities: Vec::new() }),
        ..types::UserFull::default()
    };
    let answer =
        types::users::UserFull { full_user, chats: Vec::new(), users: vec![enums::User::User(user)] };
    Ok(answer.to_bytes())
}
