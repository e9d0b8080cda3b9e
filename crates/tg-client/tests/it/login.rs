//! Login by code and by password, the session that stays, and the end of it.

use mtproto::crypto::dh::DhError;
use secrecy::{ExposeSecret, SecretString};
use testdc::Event;
use tg_client::{
    Client, CodeDelivery, LoginByToken, LoginError, NextDelivery, Protection, SessionStore, SignIn, SrpError,
    takeout,
};
use tl_api::{Invoke as _, functions};

use crate::world::{PASSWORD, World, rpc_name};

#[tokio::test]
async fn a_code_logs_in_and_the_session_goes_on_in_a_new_process() {
    let mut world = World::small().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("account.session");
    let store = SessionStore::create(&path, world.session(), Protection::Plain).unwrap();
    let client = Client::connect(World::config(), store).await.unwrap();
    world.log_in_on(&client).await.unwrap();
    client.close().await.unwrap();
    drop(client);

    let store = SessionStore::open(&path, Protection::Plain).unwrap();
    assert_eq!(store.state().account.unwrap().user_id, world.server.truth().account.user_id);
    let key_id = store.state().key.unwrap().auth_key.id();
    let again = Client::connect(World::config(), store).await.unwrap();
    takeout::announce(&again).await.unwrap();
    assert_eq!(again.session().state().key.unwrap().auth_key.id(), key_id, "the same key all along");

    again.log_out().await.unwrap();
    drop(again);
    assert!(
        SessionStore::open(&path, Protection::Plain).unwrap().state().key.is_none(),
        "the key is gone from the file"
    );
}

/// Where a machine has IPv6 at all.
#[tokio::test]
async fn a_server_is_reached_over_ipv6() {
    let listen = std::net::SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, 0));
    if std::net::TcpListener::bind(listen).is_err() {
        return;
    }
    let mut world = World::new(testdc::Config { listen, contacts: 3, ..Default::default() }).await;
    assert!(world.server.address().is_ipv6());
    let client = world.log_in().await;
    takeout::announce(&client).await.unwrap();
}

#[tokio::test]
async fn without_a_login_the_server_says_so() {
    let world = World::small().await;
    let error = takeout::announce(&world.connect().await).await.unwrap_err();
    assert!(error.is_logged_out(), "{error:?}");
    assert_eq!(rpc_name(&error), "AUTH_KEY_UNREGISTERED");
}

#[tokio::test]
async fn wrong_codes_and_numbers_have_their_own_errors() {
    let world = World::small().await;
    let client = world.connect().await;
    let phone = SecretString::from(world.server.truth().account.phone.clone());
    let sent = client.send_code(&World::credentials(), &phone).await.unwrap();
    let wrong = client.sign_in(&sent, &SecretString::from("00000")).await.unwrap_err();
    assert!(matches!(wrong, LoginError::WrongCode), "{wrong:?}");
    let nobody =
        client.send_code(&World::credentials(), &SecretString::from("not a number")).await.unwrap_err();
    assert!(matches!(nobody, LoginError::PhoneRefused { .. }), "{nobody:?}");
}

#[tokio::test]
async fn the_password_is_proved_and_a_wrong_one_is_refused_once() {
    let config = testdc::Config { contacts: 3, password: Some(PASSWORD.into()), ..Default::default() };
    let mut world = World::new(config).await;
    let client = world.connect().await;
    let phone = SecretString::from(world.server.truth().account.phone.clone());
    let sent = client.send_code(&World::credentials(), &phone).await.unwrap();
    let Event::CodeSent { code, .. } = world.event().await else { panic!("a code is sent first") };
    let SignIn::PasswordNeeded(challenge) = client.sign_in(&sent, &SecretString::from(code)).await.unwrap()
    else {
        panic!("the account has a password");
    };
    let wrong = client.check_password(&challenge, &SecretString::from("wrong")).await.unwrap_err();
    assert!(matches!(wrong, LoginError::WrongPassword), "{wrong:?}");
    assert!(takeout::announce(&client).await.unwrap_err().is_logged_out());
    // the challenge was used up by the wrong try: a fresh one is fetched
    client.check_password(&challenge, &SecretString::from(PASSWORD)).await.unwrap();
    takeout::announce(&client).await.unwrap();
}

/// The server's numbers for two-step verification, each wrong in one way: nothing is proved to such a server.
// check: 5.2-p-bits -> DhError::ModulusBits
// check: 5.2-p-prime -> DhError::ModulusNotPrime
// check: 5.2-p-safe -> DhError::ModulusNotSafe
// check: 5.2-g -> DhError::GeneratorUnknown
// check: 5.2-g-residue -> DhError::GeneratorResidue
// check: 5.2-b-low -> DhError::PublicTooSmall
// check: 5.2-b-high -> DhError::PublicTooLarge
#[tokio::test]
async fn a_password_is_not_proved_to_a_server_with_unsafe_numbers() {
    let config = testdc::Config { contacts: 3, password: Some(PASSWORD.into()), ..Default::default() };
    let mut world = World::new(config).await;
    for (kind, expected) in [
        ("short", DhError::ModulusBits { bits: 2047 }),
        ("composite", DhError::ModulusNotPrime),
        ("unsafe", DhError::ModulusNotSafe),
        ("generator", DhError::GeneratorResidue { g: 2 }),
        ("generator-unknown", DhError::GeneratorUnknown { g: 8 }),
        ("public-one", DhError::PublicTooSmall),
        ("public-small", DhError::PublicTooSmall),
        ("public-minus-one", DhError::PublicTooLarge),
        ("public-large", DhError::PublicTooLarge),
    ] {
        let fault: testdc::FaultRule = format!("bad-srp={kind}").parse().unwrap();
        world.server.add_fault(fault).unwrap();
        let client = world.connect().await;
        let error = world.log_in_on(&client).await.unwrap_err();
        assert!(
            matches!(&error, LoginError::Srp(SrpError::Group(got)) if *got == expected),
            "{kind}: {error:?}"
        );
        assert!(takeout::announce(&client).await.unwrap_err().is_logged_out());
    }
    // the fault happened once: this server is an honest one otherwise
    let client = world.connect().await;
    world.log_in_on(&client).await.unwrap();
}

// check: 5.2-algo -> LoginError::Unsupported
#[tokio::test]
async fn an_algorithm_of_the_future_is_not_guessed_at() {
    let config = testdc::Config { contacts: 3, password: Some(PASSWORD.into()), ..Default::default() };
    let mut world = World::new(config).await;
    let fault: testdc::FaultRule = "unknown-kdf".parse().unwrap();
    world.server.add_fault(fault).unwrap();
    let client = world.connect().await;
    let error = world.log_in_on(&client).await.unwrap_err();
    assert!(matches!(error, LoginError::Unsupported { .. }), "{error:?}");
    assert!(takeout::announce(&client).await.unwrap_err().is_logged_out());
}

#[tokio::test]
async fn another_code_comes_another_way_until_there_is_none() {
    let world = World::small().await;
    let client = world.connect().await;
    let phone = SecretString::from(world.server.truth().account.phone.clone());
    let mut sent = client.send_code(&World::credentials(), &phone).await.unwrap();
    let mut ways = vec![sent.delivery.clone()];
    while let Some(next) = sent.next {
        sent = client.resend_code(&sent).await.unwrap();
        ways.push(sent.delivery.clone());
        let is_as_told = matches!(
            (next, &sent.delivery),
            (NextDelivery::Sms, CodeDelivery::Sms) | (NextDelivery::Call, CodeDelivery::Call)
        );
        assert!(is_as_told && ways.len() < 5, "{next:?}: {ways:?}");
    }
    assert_eq!(ways, [CodeDelivery::App, CodeDelivery::Sms, CodeDelivery::Call]);
    let SignIn::Authorized(account) =
        client.sign_in(&sent, &SecretString::from(world.server.login_code())).await.unwrap()
    else {
        panic!("the account has no password");
    };

    // a process that dies between the server's yes and its own note: the next one asks who it is
    client.session().update(|state| state.account = None).unwrap();
    assert_eq!(client.whoami().await.unwrap(), account);
    assert_eq!(client.session().state().account, Some(account));
}

#[tokio::test]
async fn an_account_that_lives_elsewhere_is_followed_there() {
    let config = testdc::Config { contacts: 3, dcs: 3, account_dc: Some(3), ..Default::default() };
    let mut world = World::new(config).await;
    let client = world.log_in().await;
    assert_eq!(client.session().state().server.dc_id(), 3);
    takeout::announce(&client).await.unwrap();
}

#[tokio::test]
async fn every_step_of_a_login_follows_the_servers_to_another_data_centre() {
    for (network_dc, account_dc) in [(Some(3), 3), (Some(3), 1), (None, 1)] {
        let config = || testdc::Config {
            contacts: 3,
            dcs: 3,
            network_dc,
            account_dc: Some(account_dc),
            password: Some(PASSWORD.into()),
            ..testdc::Config::default()
        };
        // a code, and the password at the end of the way
        let mut world = World::new(config()).await;
        let client = world.log_in().await;
        assert_eq!(client.session().state().server.dc_id(), account_dc, "{network_dc:?}");
        takeout::announce(&client).await.unwrap();
        // a token: the nearest data centre gives it, the account's takes it
        let world = World::new(config()).await;
        let client = world.connect().await;
        let LoginByToken::Show(token) = client.export_login_token(&World::credentials()).await.unwrap()
        else {
            panic!("nobody has accepted anything");
        };
        assert_eq!(client.session().state().server.dc_id(), network_dc.unwrap_or(2));
        let text = token.url.expose_secret().strip_prefix("tg://login?token=").unwrap().to_owned();
        let phone = world.server.truth().account.phone.clone();
        world.server.control().accept_login_token(&text, &phone).unwrap();
        let LoginByToken::PasswordNeeded(challenge) =
            client.export_login_token(&World::credentials()).await.unwrap()
        else {
            panic!("the account has a password");
        };
        client.check_password(&challenge, &SecretString::from(PASSWORD)).await.unwrap();
        assert_eq!(client.session().state().server.dc_id(), account_dc, "{network_dc:?}");
        takeout::announce(&client).await.unwrap();
    }
}

/// A clock that is wrong, here or there, makes neither a token that is renewed all the time nor one that nobody renews.
#[tokio::test]
async fn a_token_is_shown_for_some_seconds_and_not_for_hours() {
    for (login_token_secs, shown_secs) in [(0, 5), (3_600, 120)] {
        let world = World::new(testdc::Config { contacts: 3, login_token_secs, ..Default::default() }).await;
        let client = world.connect().await;
        let LoginByToken::Show(token) = client.export_login_token(&World::credentials()).await.unwrap()
        else {
            panic!("nobody has accepted anything");
        };
        assert_eq!(token.expires_in.as_secs(), shown_secs);
    }
}

#[tokio::test]
async fn a_token_is_shown_accepted_elsewhere_and_followed_to_the_accounts_data_centre() {
    for account_dc in [2, 3] {
        let config =
            testdc::Config { contacts: 3, dcs: 3, account_dc: Some(account_dc), ..Default::default() };
        let world = World::new(config).await;
        let client = world.connect().await;
        let LoginByToken::Show(token) = client.export_login_token(&World::credentials()).await.unwrap()
        else {
            panic!("nobody has accepted anything");
        };
        assert!((5..=30).contains(&token.expires_in.as_secs()), "{:?}", token.expires_in);
        let text = token.url.expose_secret().strip_prefix("tg://login?token=").unwrap().to_owned();
        assert!(!format!("{token:?}").contains(&text), "a token is a secret");
        let accepted = client.login_token_accepted();
        tokio::pin!(accepted);
        let early = tokio::time::timeout(std::time::Duration::from_millis(300), &mut accepted).await;
        assert!(early.is_err(), "nobody has accepted it");
        let phone = world.server.truth().account.phone.clone();
        world.server.control().accept_login_token(&text, &phone).unwrap();
        tokio::time::timeout(crate::world::PATIENCE, accepted).await.expect("updateLoginToken");
        match client.export_login_token(&World::credentials()).await.unwrap() {
            LoginByToken::Authorized(account) => {
                assert_eq!(account.user_id, world.server.truth().account.user_id);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(client.session().state().server.dc_id(), account_dc);
        takeout::announce(&client).await.unwrap();
    }
}

#[tokio::test]
async fn what_nobody_listens_to_is_not_kept() {
    let mut world = World::small().await;
    let client = world.log_in().await;
    let phone = world.server.truth().account.phone.clone();
    for _ in 0..20 {
        assert_eq!(world.server.control().push(&phone, "news"), Ok(1));
    }
    // its answer comes behind them
    client.invoke(&functions::help::GetConfig {}).await.unwrap();
    let state = format!("{client:?}");
    assert!(state.contains("Updates(0 bytes wait)"), "{state}");
}
