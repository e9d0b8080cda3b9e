//! Each step of a login, and the logout, answered with `303`: it is repeated at the data centre that the server names, and
//! what hangs on the key of the former one is done again there.

use secrecy::{ExposeSecret, SecretString};
use testdc::{CodeType, Event};
use tg_client::{Client, LoginByToken, LoginError, LoginToken, PasswordChallenge, SentCode, SignIn, takeout};

use crate::world::{PASSWORD, World};

/// Where everybody begins.
const FIRST_DC: i32 = 2;
/// Where everybody is sent to.
const OTHER_DC: i32 = 3;

async fn world(code_types: Vec<CodeType>) -> World {
    let password = Some(PASSWORD.into());
    World::new(testdc::Config { contacts: 3, dcs: 3, password, code_types, ..testdc::Config::default() })
        .await
}

/// The next call of this method is sent on to the other data centre.
fn send_on(world: &World, method: &str, error: &str) {
    let fault = format!("rpc-error={method}:303:{error}_MIGRATE_{OTHER_DC}").parse::<testdc::FaultRule>();
    world.server.add_fault(fault.unwrap()).unwrap();
}

fn move_account(world: &World) {
    let phone = &world.server.truth().account.phone;
    world.server.control().move_account(phone, OTHER_DC).unwrap();
}

async fn code_for(client: &Client, world: &World) -> SentCode {
    let phone = SecretString::from(world.server.truth().account.phone.clone());
    client.send_code(&World::credentials(), &phone).await.unwrap()
}

async fn challenge(client: &Client, world: &World, sent: &SentCode) -> PasswordChallenge {
    let code = SecretString::from(world.server.login_code());
    match client.sign_in(sent, &code).await.unwrap() {
        SignIn::PasswordNeeded(challenge) => challenge,
        SignIn::Authorized(account) => panic!("without a password: {account:?}"),
    }
}

async fn prove(client: &Client, challenge: &PasswordChallenge) -> Result<(), LoginError> {
    client.check_password(challenge, &SecretString::from(PASSWORD)).await.map(|_| ())
}

async fn is_at_home_in(client: &Client, dc_id: i32, what: &str) {
    assert_eq!(client.session().state().server.dc_id(), dc_id, "{what}");
    takeout::announce(client).await.unwrap_or_else(|error| panic!("{what}: {error}"));
}

#[tokio::test]
async fn each_step_behind_the_code_is_repeated_where_the_account_is_now() {
    for (method, error) in [
        ("auth.resendCode", "PHONE"),
        ("auth.signIn", "PHONE"),
        ("auth.signIn", "NETWORK"),
        ("account.getPassword", "USER"),
        ("auth.checkPassword", "USER"),
    ] {
        let world = world(vec![CodeType::App, CodeType::Sms]).await;
        let client = world.connect().await;
        let mut sent = code_for(&client, &world).await;
        move_account(&world);
        send_on(&world, method, error);
        if method == "auth.resendCode" {
            sent = client.resend_code(&sent).await.unwrap();
        }
        let challenge = challenge(&client, &world, &sent).await;
        prove(&client, &challenge).await.unwrap();
        is_at_home_in(&client, OTHER_DC, method).await;
    }
}

#[tokio::test]
async fn a_wrong_password_is_not_tried_again_elsewhere() {
    let mut world = world(vec![CodeType::App]).await;
    let client = world.connect().await;
    let sent = code_for(&client, &world).await;
    let challenge = challenge(&client, &world, &sent).await;
    send_on(&world, "auth.checkPassword", "USER");
    let wrong = client.check_password(&challenge, &SecretString::from("wrong")).await.unwrap_err();
    assert!(matches!(wrong, LoginError::WrongPassword), "{wrong:?}");
    let is_login = |event: &Event| matches!(event, Event::Login { .. });
    assert!(!world.events_so_far().await.iter().any(is_login));
}

#[tokio::test]
async fn an_address_is_set_up_where_the_account_is_now() {
    for method in ["account.sendVerifyEmailCode", "account.verifyEmail"] {
        let world = world(vec![CodeType::SetUpEmailRequired]).await;
        let client = world.connect().await;
        let sent = code_for(&client, &world).await;
        move_account(&world);
        send_on(&world, method, "PHONE");
        client.set_up_email(&sent, &SecretString::from("me@example.org")).await.unwrap();
        let code = SecretString::from(world.server.login_code());
        let sent = client.verify_email(&sent, &code).await.unwrap();
        let challenge = challenge(&client, &world, &sent).await;
        prove(&client, &challenge).await.unwrap();
        is_at_home_in(&client, OTHER_DC, method).await;
    }
}

/// A token that is shown, and accepted on the owner's phone.
async fn accepted_token(client: &Client, world: &World) {
    let shown = client.export_login_token(&World::credentials()).await.unwrap();
    let LoginByToken::Show(token) = shown else { panic!("nobody has accepted anything: {shown:?}") };
    accept(&token, world);
}

fn accept(token: &LoginToken, world: &World) {
    let text = token.url.expose_secret().strip_prefix("tg://login?token=").unwrap();
    world.server.control().accept_login_token(text, &world.server.truth().account.phone).unwrap();
}

async fn password_after_token(client: &Client) -> PasswordChallenge {
    match client.export_login_token(&World::credentials()).await.unwrap() {
        LoginByToken::PasswordNeeded(challenge) => challenge,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_token_is_followed_from_one_data_centre_to_the_next() {
    for (method, error) in [("auth.exportLoginToken", "NETWORK"), ("auth.importLoginToken", "USER")] {
        let world = world(vec![CodeType::App]).await;
        let phone = world.server.truth().account.phone.clone();
        world.server.control().move_account(&phone, 1).unwrap();
        let client = world.connect().await;
        send_on(&world, method, error);
        accepted_token(&client, &world).await;
        let challenge = password_after_token(&client).await;
        prove(&client, &challenge).await.unwrap();
        is_at_home_in(&client, 1, method).await;
    }
}

#[tokio::test]
async fn a_data_centre_that_has_not_seen_the_token_is_shown_another_one() {
    // the question for the password
    let world_of_question = world(vec![CodeType::App]).await;
    let client = world_of_question.connect().await;
    accepted_token(&client, &world_of_question).await;
    send_on(&world_of_question, "account.getPassword", "USER");
    accepted_token(&client, &world_of_question).await;
    let challenge = password_after_token(&client).await;
    prove(&client, &challenge).await.unwrap();
    is_at_home_in(&client, FIRST_DC, "account.getPassword").await;

    // the password itself
    let world = world(vec![CodeType::App]).await;
    let client = world.connect().await;
    accepted_token(&client, &world).await;
    let challenge = password_after_token(&client).await;
    send_on(&world, "auth.checkPassword", "USER");
    let error = prove(&client, &challenge).await.unwrap_err();
    assert!(matches!(error, LoginError::BeginsAgain), "{error:?}");
    assert_eq!(client.session().state().server.dc_id(), OTHER_DC);
    accepted_token(&client, &world).await;
    let challenge = password_after_token(&client).await;
    prove(&client, &challenge).await.unwrap();
    is_at_home_in(&client, FIRST_DC, "auth.checkPassword").await;
}

#[tokio::test]
async fn servers_that_send_a_login_round_in_circles_are_not_followed_for_ever() {
    let world = world(vec![CodeType::App]).await;
    let client = world.connect().await;
    let sent = code_for(&client, &world).await;
    let fault = "rpc-error=account.getPassword:303:USER_MIGRATE_3*".parse::<testdc::FaultRule>();
    world.server.add_fault(fault.unwrap()).unwrap();
    let code = SecretString::from(world.server.login_code());
    let error = client.sign_in(&sent, &code).await.map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("sent the login on 4 times"), "{error}");
}

#[tokio::test]
async fn a_login_is_ended_where_the_account_has_moved_to() {
    let mut world = World::new(testdc::Config { contacts: 3, dcs: 3, ..testdc::Config::default() }).await;
    let client = world.log_in().await;
    move_account(&world);
    send_on(&world, "auth.logOut", "USER");
    client.log_out().await.unwrap();
    assert!(client.session().state().key.is_none());
    let is_end = |event: &Event| matches!(event, Event::LoggedOut { .. });
    assert_eq!(world.events_so_far().await.iter().filter(|event| is_end(event)).count(), 1);
}
