//! Nothing that is written to a terminal or a log holds a secret, at any level.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::program::run;
use crate::world::World;

/// Long and unlike anything else, so that no time, size or id holds them by chance.
const CODE: &str = "80461539277";
const PASSWORD: &str = "correct horse battery staple";
const PHONE: &str = "99966212345678";
/// Shorter texts stand in other words by chance.
const SHORTEST_NAME: usize = 5;
const SHORTEST_PHONE: usize = 7;
/// So much of the key in a row is no chance.
const KEY_PART_BYTES: usize = 6;

#[test]
fn a_whole_life_at_trace_level_tells_no_secret() {
    let world = World::new(testdc::Config {
        contacts: 60,
        saved_only: 20,
        phone: PHONE.to_owned(),
        code: Some(CODE.to_owned()),
        password: Some(PASSWORD.to_owned()),
        ..testdc::Config::default()
    });
    let log = world.path("log");
    let password = world.path("password");
    fs::write(&password, PASSWORD).unwrap();

    let mut told = String::new();
    let mut life = |mut command: std::process::Command| {
        let ran = run(command.arg("-vvv").arg("--log-file").arg(&log)).succeeds();
        told += &ran.stdout;
        told += &ran.stderr;
    };
    let mut login = world.login();
    login.arg("--password-file").arg(&password);
    life(login);
    let key = auth_key(&world.session());
    life(world.export());
    life(world.command("logout"));
    told += &fs::read_to_string(&log).unwrap();
    let all_levels = ["TRACE", "DEBUG", "INFO"].iter().all(|level| told.contains(level));
    assert!(all_levels && told.len() > 2_000, "the log is not the whole story: {told}");

    let mut secrets =
        BTreeSet::from([CODE, PASSWORD, PHONE, "0123456789abcdef0123456789abcdef"].map(str::to_owned));
    secrets.extend(people(&world));
    secrets.extend(forms(&key));
    assert!(secrets.len() > 300);
    let found: Vec<_> = secrets.iter().filter(|secret| told.contains(secret.as_str())).collect();
    assert!(found.is_empty(), "{found:?} in:\n{told}");
}

#[test]
fn failures_tell_no_secret_either() {
    let world = World::new(testdc::Config {
        phone: PHONE.to_owned(),
        code: Some(CODE.to_owned()),
        password: Some(PASSWORD.to_owned()),
        ..testdc::Config::default()
    });
    let password = world.path("password");
    fs::write(&password, "a wrong password").unwrap();
    let mut told = String::new();
    for code in ["70461539277", CODE] {
        let mut login = world.login_with(code);
        let ran = run(login.arg("--password-file").arg(&password).arg("-vvv"));
        told += &ran.fails(4, "the login did not succeed").stderr;
    }
    for secret in ["70461539277", CODE, PASSWORD, "a wrong password", PHONE] {
        assert!(!told.contains(secret), "{secret} in:\n{told}");
    }
}

/// Numbers, names and access hashes of everybody.
fn people(world: &World) -> Vec<String> {
    let truth = world.server.truth();
    let saved = truth.saved.iter().flat_map(|saved| [&saved.first_name, &saved.last_name]).cloned();
    let users = truth.users.iter().flat_map(|user| [user.first_name.clone(), user.last_name.clone()]);
    let usernames = truth.users.iter().filter_map(|user| user.username.clone());
    let names = saved.chain(users.flatten()).chain(usernames);
    // the made-up owner is called "Test Account", which is a word of ours as well
    let names = names.filter(|name| name.trim().chars().count() >= SHORTEST_NAME && name != "Account");
    let phones = truth.saved.iter().map(|saved| saved.phone.clone());
    let phones = phones.chain(truth.users.iter().filter_map(|user| user.phone.clone()));
    let phones = phones.filter(|phone| phone.len() >= SHORTEST_PHONE);
    let hashes = truth.users.iter().flat_map(|user| {
        let hash = user.access_hash;
        [hash.to_string(), format!("{hash:x}"), hash.cast_unsigned().to_string()]
    });
    names.chain(phones).chain(hashes).collect()
}

/// The key of a session file.
fn auth_key(path: &Path) -> Vec<u8> {
    let session: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let key = BASE64.decode(session["session"]["key"]["auth_key"].as_str().unwrap()).unwrap();
    assert_eq!(key.len(), 256);
    key
}

/// Every part of the key, as hex, as base64, and as `Debug` prints bytes.
fn forms(key: &[u8]) -> impl Iterator<Item = String> + '_ {
    key.windows(KEY_PART_BYTES).flat_map(|part| {
        let listed = format!("{part:?}");
        [
            hex::encode(part),
            hex::encode_upper(part),
            BASE64.encode(part),
            listed.trim_matches(['[', ']']).to_owned(),
        ]
    })
}
