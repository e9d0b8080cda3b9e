//! `auth.*`: logging in and out.

mod bind;
mod code;
mod password;

use std::sync::Arc;

use tl_api::functions::auth;
use tl_api::{enums, types};
use tl_codec::{Constructor, Encode};

use super::request::{Access, Answer, Method, Request, read};
use super::wire_forms::user;
use crate::account::Account;
use crate::event::Event;
use crate::keys::{KeyRecord, Login};

pub(super) const METHODS: &[Method] = &[
    introduced(auth::SendCodeRef::ID, auth::SendCodeRef::NAME, code::send),
    introduced(auth::ResendCodeRef::ID, auth::ResendCodeRef::NAME, code::resend),
    introduced(auth::CancelCodeRef::ID, auth::CancelCodeRef::NAME, code::cancel),
    introduced(auth::SignInRef::ID, auth::SignInRef::NAME, code::sign_in),
    introduced(auth::CheckPasswordRef::ID, auth::CheckPasswordRef::NAME, password::check),
    Method { id: auth::LogOut::ID, name: auth::LogOut::NAME, access: Access::LoggedIn, call: log_out },
    Method {
        id: auth::BindTempAuthKeyRef::ID,
        name: auth::BindTempAuthKeyRef::NAME,
        access: Access::Anybody,
        call: bind::bind,
    },
];

const fn introduced(id: u32, name: &'static str, call: fn(&mut Request<'_>, &[u8]) -> Answer) -> Method {
    Method { id, name, access: Access::Introduced, call }
}

/// Everything that the account demands was given: the answer is `auth.authorization`.
fn log_in(request: &Request<'_>, key: &KeyRecord, account: Arc<Account>) -> Vec<u8> {
    let authorization = types::auth::Authorization {
        user: enums::User::User(user(&account.own_user())),
        ..types::auth::Authorization::default()
    };
    let user_id = account.profile.user_id;
    let mut client = key.client();
    client.pending_code = None;
    client.challenge = None;
    client.login = Login::LoggedIn(account);
    drop(client);
    request.centre.events.emit(Event::Login { user_id });
    enums::auth::Authorization::Authorization(authorization).to_bytes()
}

fn log_out(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    read::<auth::LogOut>(body)?;
    request.login_key()?.client().login = Login::LoggedOut;
    request.centre.events.emit(Event::LoggedOut { user_id: account.profile.user_id });
    Ok(types::auth::LoggedOut::default().to_bytes())
}
