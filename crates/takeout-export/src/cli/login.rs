//! `takeout-export login`

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use tg_client::{
    AccountState, ApiCredentials, Client, CodeDelivery, LoginError, PasswordChallenge, Proxy, ServerState,
    SessionError, SessionState, SignIn,
};

use super::arguments::Login;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::summary::Outcome;
use super::vault::Vault;
use super::{connection, output, places, prompt, settings};

/// How often a person may mistype a code or a password before the command ends; Telegram counts as well.
const ATTEMPTS: u32 = 3;

/// Logs in, or finds that somebody is logged in already.
pub(super) async fn run(login: Login, interrupt: &Interrupt) -> Result<Outcome, Failure> {
    let path = places::session_path(&login.session)?;
    let vault = Vault::new(&login.session);
    let server = settings::server(&login.server)?;
    let proxy = settings::proxy(&login.server)?;
    if let Some(user_id) = already(&vault, &path, server.clone(), proxy.clone(), interrupt).await? {
        return Ok(Outcome::LoggedIn { user_id, session: path, already: true });
    }
    let credentials = interrupt.or(settings::credentials(login.credentials.clone())).await??;
    let server = server.unwrap_or_else(ServerState::production);
    let state = SessionState::new(credentials.api_id, server);
    let store = interrupt.or(vault.create(&path, state)).await??;
    let client = connection::connect(store, proxy, interrupt).await?;
    let answers =
        Answers { phone: login.phone, code_stdin: login.code_stdin, password_file: login.password_file };
    let account = interrupt.or(log_in(&client, &credentials, answers)).await?;
    connection::close(&client).await;
    Ok(Outcome::LoggedIn { user_id: account?.user_id, session: path, already: false })
}

/// Who is logged in with the session file, if it is there and the server still knows the login.
async fn already(
    vault: &Vault,
    path: &Path,
    server: Option<ServerState>,
    proxy: Option<Proxy>,
    interrupt: &Interrupt,
) -> Result<Option<i64>, Failure> {
    let store = match interrupt.or(vault.open(path)).await? {
        Err(Failure::Session(SessionError::Missing { .. })) => return Ok(None),
        store => store?,
    };
    let Some(account) = store.state().account else { return Ok(None) };
    connection::demand_server(&store, server)?;
    let client = match connection::connect(store, proxy, interrupt).await {
        Err(Failure::Client(error)) if error.is_logged_out() => return Ok(None),
        client => client?,
    };
    let is_logged_in = connection::is_logged_in(&client, interrupt).await?;
    connection::close(&client).await;
    Ok(is_logged_in.then_some(account.user_id))
}

/// Where the answers come from: the arguments, or the person.
struct Answers {
    phone: Option<String>,
    code_stdin: bool,
    password_file: Option<PathBuf>,
}

async fn log_in(
    client: &Client,
    credentials: &ApiCredentials,
    answers: Answers,
) -> Result<AccountState, Failure> {
    let phone = match answers.phone {
        Some(phone) => SecretString::from(phone),
        None => {
            SecretString::from(prompt::line("Phone number with country code: ".to_owned(), "--phone").await?)
        }
    };
    let sent = client.send_code(credentials, &phone).await.map_err(Failure::Login)?;
    output::say(format_args!("A code was sent: {}.", told(sent.delivery)));
    let signed_in = if answers.code_stdin {
        let code = prompt::stdin_line().await?;
        client.sign_in(&sent, &code).await.map_err(Failure::Login)?
    } else {
        let mut attempt = 1;
        loop {
            let code = prompt::secret("Code: ", "--code-stdin").await?;
            match client.sign_in(&sent, &code).await {
                Err(LoginError::WrongCode) if attempt < ATTEMPTS => output::say("The code is wrong."),
                result => break result.map_err(Failure::Login)?,
            }
            attempt += 1;
        }
    };
    match signed_in {
        SignIn::Authorized(account) => Ok(account),
        SignIn::PasswordNeeded(challenge) => check_password(client, challenge, answers.password_file).await,
    }
}

async fn check_password(
    client: &Client,
    challenge: PasswordChallenge,
    password_file: Option<PathBuf>,
) -> Result<AccountState, Failure> {
    if let Some(path) = password_file {
        let password = settings::secret_file(path)?;
        return client.check_password(&challenge, &password).await.map_err(Failure::Login);
    }
    let hint = challenge.hint.as_deref().map(str::escape_debug);
    let hint = hint.map(|hint| format!(" (hint: {hint})")).unwrap_or_default();
    output::say(format_args!("The account has a two-step verification password{hint}."));
    let mut attempt = 1;
    loop {
        let password = prompt::secret("Password: ", "--password-file").await?;
        match client.check_password(&challenge, &password).await {
            Err(LoginError::WrongPassword) if attempt < ATTEMPTS => output::say("The password is wrong."),
            result => return result.map_err(Failure::Login),
        }
        attempt += 1;
    }
}

/// Where to look for the code.
fn told(delivery: CodeDelivery) -> &'static str {
    match delivery {
        CodeDelivery::App => "look into Telegram on a device where you are logged in",
        CodeDelivery::Sms => "look for a text message",
        CodeDelivery::Call => "a call will tell it",
        CodeDelivery::MissedCall => "it is the last digits of a number that calls and hangs up",
        CodeDelivery::Email => "look into the mailbox of your login e-mail address",
        CodeDelivery::Fragment => "look at fragment.com, where the number was bought",
        CodeDelivery::SmsWord => "look for a text message; the code is a word or a phrase",
        _ => "Telegram says how in the official app",
    }
}
