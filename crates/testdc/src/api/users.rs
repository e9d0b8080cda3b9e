//! `users.*`

use tl_api::enums::InputUserRef;
use tl_api::functions::users;
use tl_api::{enums, types};
use tl_codec::{Constructor, encode_vector};

use super::Refusal;
use super::request::{Access, Answer, Method, Request, read};
use super::wire_forms::user;
use crate::account::Account;

/// Users that one call may ask for.
const MAX_USERS: usize = 200;

pub(super) const METHODS: &[Method] = &[Method {
    id: users::GetUsersRef::ID,
    name: users::GetUsersRef::NAME,
    access: Access::LoggedIn,
    call: get_users,
}];

fn get_users(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<users::GetUsersRef<'_>>(body)?;
    if query.id.len() > MAX_USERS {
        return Err(Refusal::bad("LIMIT_INVALID"));
    }
    let users = query.id.iter().map(|input| find(&account, &input)).collect::<Vec<_>>();
    let mut out = Vec::new();
    encode_vector(&users, &mut out);
    Ok(out)
}

/// A user who is not known, or is asked for with a wrong access hash, comes back empty.
fn find(account: &Account, input: &InputUserRef<'_>) -> enums::User {
    match input {
        InputUserRef::InputUserSelf(_) => enums::User::User(user(&account.own_user())),
        InputUserRef::InputUser(input) => {
            let known = account.user(input.user_id).filter(|person| person.access_hash == input.access_hash);
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
