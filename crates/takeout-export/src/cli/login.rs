//! `takeout-export login`

mod code;
mod email;
mod password;
mod picture;
mod qr;
mod words;

use std::path::Path;

use secrecy::SecretString;
use tg_client::{
    AccountState, ApiCredentials, Client, LoginError, ServerState, SessionError, SessionState, SignIn,
};

use super::arguments::Login;
use super::connection::{self, Way};
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::summary::Outcome;
use super::vault::Vault;
use super::{output, places, settings};

/// How often a person may mistype a code or a password before the command ends; Telegram counts as well.
const ATTEMPTS: u32 = 3;

/// Logs in, or finds that somebody is logged in already.
pub(super) async fn run(login: Login, interrupt: &Interrupt) -> Result<Outcome, Failure> {
    let path = places::session_path(&login.session)?;
    let next = places::export_command(&login.session);
    let vault = Vault::new(&login.session);
    let server = settings::server(&login.server)?;
    if let Some(user_id) = already(&vault, &path, server.clone(), Way::to(&login.server)?, interrupt).await? {
        return Ok(Outcome::LoggedIn { user_id, session: path, already: true, next });
    }
    let credentials = interrupt.or(settings::credentials(login.credentials.clone())).await??;
    let server = server.unwrap_or_else(ServerState::production);
    let state = SessionState::new(credentials.api_id, server);
    let store = interrupt.or(vault.create(&path, state)).await??;
    let client = connection::connect(store, Way::to(&login.server)?, interrupt).await?;
    let account = interrupt.or(log_in(&client, &credentials, login)).await;
    connection::close(&client).await;
    Ok(Outcome::LoggedIn { user_id: account??.user_id, session: path, already: false, next })
}

/// Who is logged in with the session file, if it is there and the server still knows the login. A session whose login
/// is not on record may be good all the same: a process may have died between the server's yes and its own note.
async fn already(
    vault: &Vault,
    path: &Path,
    named: Option<ServerState>,
    way: Way,
    interrupt: &Interrupt,
) -> Result<Option<i64>, Failure> {
    let store = match interrupt.or(vault.open(path)).await? {
        Err(Failure::Session(SessionError::Missing { .. })) => return Ok(None),
        store => store?,
    };
    let state = store.state();
    if state.key.is_none() {
        return Ok(None);
    }
    if state.account.is_none() {
        let wanted = named.clone().unwrap_or_else(ServerState::production);
        if !connection::is_same_server(&state.server, &wanted) {
            return Ok(None);
        }
    }
    connection::demand_server(&store, named)?;
    let client = match connection::connect(store, way, interrupt).await {
        Err(Failure::Client(error)) if error.is_logged_out() => return Ok(None),
        client => client?,
    };
    let account = interrupt.or(client.whoami()).await;
    connection::close(&client).await;
    match account? {
        Ok(account) => Ok(Some(account.user_id)),
        Err(error) if error.is_logged_out() => Ok(None),
        Err(error) => Err(Failure::Client(error)),
    }
}

async fn log_in(
    client: &Client,
    credentials: &ApiCredentials,
    login: Login,
) -> Result<AccountState, Failure> {
    let Login { qr, phone, code_stdin, password_file, .. } = login;
    // a file that is not there costs no code
    let password = password_file.map(settings::secret_file).transpose()?;
    if !qr {
        let signed_in = code::sign_in(client, credentials, phone, code_stdin).await?;
        return with_password(client, signed_in, password.as_ref()).await;
    }
    let mut attempt = 1;
    loop {
        let signed_in = qr::sign_in(client, credentials).await?;
        match with_password(client, signed_in, password.as_ref()).await {
            Err(Failure::Login(error @ LoginError::BeginsAgain)) if attempt < ATTEMPTS => {
                output::say(format_args!("{error}."));
            }
            account => return account,
        }
        attempt += 1;
    }
}

async fn with_password(
    client: &Client,
    signed_in: SignIn,
    given: Option<&SecretString>,
) -> Result<AccountState, Failure> {
    match signed_in {
        SignIn::Authorized(account) => Ok(account),
        SignIn::PasswordNeeded(challenge) => password::check(client, challenge, given).await,
    }
}
