//! `auth.*`: logging in and out.

mod bind;
mod code;
mod drop_temporary;
mod password;
mod qr;
mod transfer;

use std::sync::Arc;

use tl_api::functions::auth;
use tl_api::{enums, types};
use tl_codec::{Constructor, Encode};

use super::Refusal;
use super::request::{Access, Answer, Method, Request, read};
use super::wire_forms::user;
use crate::account::{Account, AccountStanding};
use crate::event::Event;
use crate::keys::{KeyRecord, Login, Places};

pub(super) use code::email;
pub(crate) use qr::accept_token;

pub(super) const METHODS: &[Method] = &[
    introduced(auth::SendCodeRef::ID, auth::SendCodeRef::NAME, code::send),
    introduced(auth::ResendCodeRef::ID, auth::ResendCodeRef::NAME, code::resend),
    introduced(auth::CancelCodeRef::ID, auth::CancelCodeRef::NAME, code::cancel),
    introduced(auth::SignInRef::ID, auth::SignInRef::NAME, code::sign_in),
    introduced(auth::CheckPasswordRef::ID, auth::CheckPasswordRef::NAME, password::check),
    introduced(auth::ExportLoginTokenRef::ID, auth::ExportLoginTokenRef::NAME, qr::export),
    introduced(auth::ImportLoginTokenRef::ID, auth::ImportLoginTokenRef::NAME, qr::import),
    logged_in(auth::AcceptLoginTokenRef::ID, auth::AcceptLoginTokenRef::NAME, qr::accept),
    logged_in(auth::ExportAuthorization::ID, auth::ExportAuthorization::NAME, transfer::export),
    introduced(auth::ImportAuthorizationRef::ID, auth::ImportAuthorizationRef::NAME, transfer::import),
    logged_in(auth::LogOut::ID, auth::LogOut::NAME, log_out),
    introduced(
        auth::DropTempAuthKeysRef::ID,
        auth::DropTempAuthKeysRef::NAME,
        drop_temporary::drop_temporary,
    ),
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

const fn logged_in(id: u32, name: &'static str, call: fn(&mut Request<'_>, &[u8]) -> Answer) -> Method {
    Method { id, name, access: Access::LoggedIn, call }
}

/// Who wants to log in is sent to the nearest data centre first, if the server was told of one.
///
/// # Errors
/// `303 NETWORK_MIGRATE_X`.
fn check_network(request: &Request<'_>) -> Result<(), Refusal> {
    let nearest = request.centre.cloud.network_dc.filter(|nearest| *nearest != request.centre.identity.id);
    nearest.map_or(Ok(()), |nearest| Err(Refusal::new(303, format!("NETWORK_MIGRATE_{nearest}"))))
}

/// Code or token were right: the login is complete, unless the account has a password or may not be used.
///
/// # Errors
/// `401 SESSION_PASSWORD_NEEDED`; `401 USER_DEACTIVATED` and its like.
fn first_step_done(key: &KeyRecord, account: &Arc<Account>) -> Result<(), Refusal> {
    match account.standing() {
        AccountStanding::Good | AccountStanding::Frozen => {}
        AccountStanding::Deactivated => return Err(Refusal::unauthorized("USER_DEACTIVATED")),
        AccountStanding::Banned => return Err(Refusal::unauthorized("USER_DEACTIVATED_BAN")),
    }
    if !account.has_password() {
        return Ok(());
    }
    key.client().login = Login::AwaitPassword(Arc::clone(account));
    Err(Refusal::unauthorized("SESSION_PASSWORD_NEEDED"))
}

/// Everything that the account demands was given.
fn complete(request: &Request<'_>, key: &KeyRecord, account: Arc<Account>) -> enums::auth::Authorization {
    let authorization = types::auth::Authorization {
        user: enums::User::User(user(&account.own_user())),
        ..types::auth::Authorization::default()
    };
    let user_id = account.profile.user_id;
    request.share_device();
    let mut client = key.client();
    client.pending_code = None;
    client.challenge = None;
    client.places = Places::default();
    client.login = Login::LoggedIn(account);
    client.since = request.now;
    drop(client);
    request.centre.events.emit(Event::Login { user_id });
    enums::auth::Authorization::Authorization(authorization)
}

fn log_out(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    read::<auth::LogOut>(body)?;
    request.login_key()?.client().login = Login::LoggedOut;
    request.centre.events.emit(Event::LoggedOut { user_id: account.profile.user_id });
    Ok(types::auth::LoggedOut::default().to_bytes())
}
