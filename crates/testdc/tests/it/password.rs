//! Two-step verification is set, changed and removed.

use tempfile::tempdir;
use testdc::Config;
use tl_api::{enums, types};
use tl_codec::Encode;

use crate::client::srp::new_hash;
use crate::client::{Client, ReadWhole, refusal};
use crate::harness::TestServer;

type Algorithm = types::PasswordKdfAlgoSha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow;

/// What is sent as `account.passwordInputSettings`.
struct Wanted {
    algorithm: Algorithm,
    hash: Vec<u8>,
    email: Option<&'static str>,
}

/// The algorithm that the server offers for a new password, with a client's own salt.
fn offered(info: &[u8]) -> Algorithm {
    let info = types::account::Password::read_whole(info);
    let enums::PasswordKdfAlgoRef::Sha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow(offered) =
        info.new_algo
    else {
        panic!("no algorithm")
    };
    Algorithm {
        salt1: [offered.salt1, &[7; 32]].concat(),
        salt2: offered.salt2.to_vec(),
        g: offered.g,
        p: offered.p.to_vec(),
    }
}

fn wanted(info: &[u8], password: &str) -> Wanted {
    let algorithm = offered(info);
    let hash = match password {
        "" => Vec::new(),
        password => new_hash(password.as_bytes(), (&algorithm.salt1, &algorithm.salt2)),
    };
    Wanted { algorithm, hash, email: None }
}

/// `account.updatePasswordSettings`, with a proof of the password that there is.
fn update(client: &mut Client, info: &[u8], current: Option<&str>, wanted: Wanted) -> Option<String> {
    let proof = match current {
        Some(password) => client.proof(info, password.as_bytes()),
        None => enums::InputCheckPasswordSrp::InputCheckPasswordEmpty(types::InputCheckPasswordEmpty),
    };
    let mut body = 0xa59b_102f_u32.to_bytes();
    proof.encode(&mut body);
    for word in [0xc237_27c9_u32, 1 | (u32::from(wanted.email.is_some()) << 1)] {
        word.encode(&mut body);
    }
    enums::PasswordKdfAlgo::Sha256Sha256Pbkdf2Hmacsha512iter100000Sha256ModPow(wanted.algorithm)
        .encode(&mut body);
    wanted.hash.encode(&mut body);
    "a hint".encode(&mut body);
    wanted.email.encode(&mut body);
    let answer = client.call_raw(&body).unwrap();
    let refused = refusal(&answer);
    assert_eq!(refused.is_none(), answer == true.to_bytes());
    refused.map(|refused| refused.text)
}

/// Asks, and changes the password from one to the other.
fn change(client: &mut Client, current: Option<&str>, next: &str) -> Option<String> {
    let info = client.password().unwrap();
    let wanted = wanted(&info, next);
    update(client, &info, current, wanted)
}

fn log_in(server: &TestServer, password: &str) -> Result<(), String> {
    let mut client = server.keyed();
    client.introduce();
    let refused = client.log_in(&server.truth().account.phone, &server.code()).unwrap_err();
    assert_eq!(refused.text, "SESSION_PASSWORD_NEEDED");
    let info = client.password().unwrap();
    assert_eq!(types::account::Password::read_whole(&info).hint.unwrap().to_str().unwrap(), "a hint");
    client.check_password(&info, password.as_bytes()).map(drop).map_err(|refused| refused.text)
}

#[test]
fn a_password_is_set_changed_kept_and_removed() {
    let folder = tempdir().unwrap();
    let config = Config { contacts: 5, store: Some(folder.path().join("store")), ..Config::default() };
    let server = TestServer::start(config.clone());
    let mut client = server.logged_in();
    assert_eq!(change(&mut client, None, "one"), None);
    assert_eq!(log_in(&server, "one"), Ok(()));
    assert_eq!(change(&mut client, Some("one"), "two"), None);
    assert_eq!(log_in(&server, "one"), Err("PASSWORD_HASH_INVALID".to_owned()));
    assert_eq!(log_in(&server, "two"), Ok(()));
    server.shut_down();

    let server = TestServer::start(config);
    client.move_to(server.address());
    assert_eq!(log_in(&server, "two"), Ok(()));
    assert_eq!(change(&mut client, Some("two"), ""), None);
    server.logged_in();
}

#[test]
fn what_cannot_be_a_change_is_refused_and_changes_nothing() {
    let server = TestServer::plain();
    let mut client = server.logged_in();
    let is = |text: &str| Some(text.to_owned());
    assert_eq!(change(&mut client, None, ""), is("NEW_SETTINGS_EMPTY"));
    let info = client.password().unwrap();
    let mut spoil = |spoil: &dyn Fn(&mut Wanted)| {
        let mut wanted = wanted(&info, "one");
        spoil(&mut wanted);
        update(&mut client, &info, None, wanted)
    };
    assert_eq!(spoil(&|wanted| wanted.algorithm.salt1.truncate(8 + 31)), is("NEW_SALT_INVALID"));
    assert_eq!(spoil(&|wanted| wanted.algorithm.salt1[0] ^= 1), is("NEW_SALT_INVALID"));
    assert_eq!(spoil(&|wanted| wanted.algorithm.salt1.extend([7; 33])), is("NEW_SALT_INVALID"));
    assert_eq!(spoil(&|wanted| wanted.algorithm.salt2[0] ^= 1), is("NEW_SALT_INVALID"));
    assert_eq!(spoil(&|wanted| wanted.algorithm.g = 2), is("NEW_SETTINGS_INVALID"));
    assert_eq!(spoil(&|wanted| wanted.algorithm.p[255] ^= 2), is("NEW_SETTINGS_INVALID"));
    assert_eq!(spoil(&|wanted| wanted.hash = vec![1]), is("NEW_SETTINGS_INVALID"));
    assert_eq!(spoil(&|wanted| wanted.hash = wanted.algorithm.p.clone()), is("NEW_SETTINGS_INVALID"));
    assert_eq!(spoil(&|wanted| wanted.email = Some("a@example.org")), is("EMAIL_INVALID"));
    server.logged_in();
}

#[test]
fn a_password_that_is_there_has_to_be_proved() {
    let server = TestServer::plain();
    let (mut client, mut other) = (server.logged_in(), server.logged_in());
    assert_eq!(change(&mut client, None, "one"), None);
    let is = |text: &str| Some(text.to_owned());
    assert_eq!(change(&mut client, Some("wrong"), "two"), is("PASSWORD_HASH_INVALID"));
    assert_eq!(change(&mut client, None, "two"), is("PASSWORD_HASH_INVALID"));
    let info = client.password().unwrap();
    assert_eq!(change(&mut other, Some("one"), "two"), None);
    let three = wanted(&info, "three");
    assert_eq!(update(&mut client, &info, Some("one"), three), is("SRP_PASSWORD_CHANGED"));
    let three = wanted(&info, "three");
    assert_eq!(update(&mut client, &info, Some("two"), three), is("SRP_ID_INVALID"), "used once");
    assert_eq!(log_in(&server, "two"), Ok(()));
}
