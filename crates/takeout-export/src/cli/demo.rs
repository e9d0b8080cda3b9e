//! `takeout-export demo`: the same export, from a data centre in this process.

use secrecy::SecretString;
use testdc::Server;
use tg_client::{ApiCredentials, Client, LoginError, ServerState, SessionState, SessionStore, SignIn, Terms};

use super::arguments::Demo;
use super::connection::{self, Way};
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::job::{self, Target};
use super::meter::Meter;
use super::summary::Outcome;

/// The data centre that the demo's server says it is.
const DC_ID: i32 = 2;
/// Any application will do there.
const API_ID: i32 = 1;

/// Starts a data centre, logs in to it over TCP, exports, and stops it.
pub(super) async fn run(demo: Demo, meter: &Meter, interrupt: &Interrupt) -> Result<Outcome, Failure> {
    let target = Target::begin(demo.out, &demo.output)?;
    meter.say("starting a Telegram data centre on this machine");
    let config = testdc::Config {
        seed: demo.seed,
        contacts: usize::try_from(demo.contacts).unwrap_or(usize::MAX),
        saved_only: usize::try_from(demo.saved_only).unwrap_or(usize::MAX),
        dc_id: DC_ID,
        ..testdc::Config::default()
    };
    let server = interrupt.or(Server::bind(config)).await?.map_err(Failure::Demo)?;
    meter.say(&format!("logging in at {}", server.address()));
    let client = log_in(&server, interrupt).await?;
    let outcome = job::run(&client, target, Terms::default(), meter, interrupt).await;
    connection::close(&client).await;
    server.shutdown().await;
    outcome
}

/// The login that a person would do, with the code read from the server's own log.
async fn log_in(server: &Server, interrupt: &Interrupt) -> Result<Client, Failure> {
    let home = ServerState::Custom {
        dc_id: DC_ID,
        address: server.address().to_string(),
        rsa_key_pem: server.public_key_pem(),
    };
    let store = SessionStore::in_memory(SessionState::new(API_ID, home));
    let client = connection::connect(store, Way::default(), interrupt).await?;
    let credentials = ApiCredentials { api_id: API_ID, api_hash: SecretString::from("demo") };
    let phone = SecretString::from(server.truth().account.phone.clone());
    let login = async {
        let sent = client.send_code(&credentials, &phone).await?;
        client.sign_in(&sent, &SecretString::from(server.login_code())).await
    };
    match interrupt.or(login).await?.map_err(Failure::Login)? {
        SignIn::Authorized(_) => Ok(client),
        SignIn::PasswordNeeded(_) => Err(Failure::Login(LoginError::WrongPassword)),
    }
}
