//! Settings from options, environment and file; `config show` and `doctor`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::Value;

use crate::program::{program, run};
use crate::world::World;

const API_HASH: &str = "fedcba9876543210fedcba9876543210";

fn with_file(world: &World, text: &str) {
    let folder = world.path("config/takeout-export");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), text).unwrap();
}

fn at_home(world: &World, mut command: Command) -> Command {
    command.env("XDG_DATA_HOME", world.path("data")).env("XDG_CONFIG_HOME", world.path("config"));
    command
}

fn show(world: &World, words: &[&str]) -> Command {
    at_home(world, program(&[&["config", "show", "--json"], words].concat()))
}

/// The value of a setting, and where it comes from.
fn setting<'a>(shown: &'a Value, name: &str) -> (Option<&'a str>, &'a str) {
    let settings = shown["settings"].as_array().unwrap().iter();
    let setting = settings.clone().find(|setting| setting["name"] == name).unwrap();
    (setting["value"].as_str(), setting["from"].as_str().unwrap())
}

#[test]
fn an_option_goes_before_the_environment_and_both_before_the_file() {
    let world = World::small();
    let shown = run(&mut show(&world, &[])).succeeds().json();
    assert_eq!(
        (setting(&shown, "api_id"), &shown["file_is_there"]),
        ((None, "not set"), &Value::Bool(false))
    );

    with_file(
        &world,
        &format!("api_id = 31\napi_hash = \"{API_HASH}\"\naccount = \"work\"\nno_keyring = true\n"),
    );
    let shown = run(&mut show(&world, &[])).succeeds().json();
    assert_eq!(setting(&shown, "api_id"), (Some("31"), "file"));
    assert_eq!(setting(&shown, "account"), (Some("work"), "file"));
    assert_eq!(setting(&shown, "no_keyring"), (Some("yes"), "file"));
    assert!(setting(&shown, "session in use").0.unwrap().ends_with("accounts/work/session"));

    let ran = run(show(&world, &[]).env("TAKEOUT_EXPORT_API_ID", "32")).succeeds();
    assert_eq!(setting(&ran.json(), "api_id"), (Some("32"), "environment"));
    assert_eq!(setting(&shown, "transport"), (Some("tcp"), "default"));
    assert_eq!(setting(&shown, "framing"), (None, "not set"));
    let ran = run(show(&world, &["--max-wait", "7"]).env("TAKEOUT_EXPORT_TRANSPORT", "wss")).succeeds();
    assert_eq!(setting(&ran.json(), "transport"), (Some("wss"), "environment"));
    assert_eq!(setting(&ran.json(), "max_wait"), (Some("7 s"), "option"));
    let ran = run(show(&world, &["--api-id", "33"]).env("TAKEOUT_EXPORT_API_ID", "32")).succeeds();
    assert_eq!(setting(&ran.json(), "api_id"), (Some("33"), "option"));
}

#[test]
fn secrets_are_not_shown() {
    let world = World::small();
    with_file(&world, &format!("api_hash = \"{API_HASH}\"\nproxy = \"socks5://me:hunter2@127.0.0.1:1\"\n"));
    for words in [&[][..], &["--api-hash", API_HASH]] {
        let mut command = at_home(&world, program(&[&["config", "show"], words].concat()));
        let ran = run(command.env("TAKEOUT_EXPORT_PASSPHRASE", "open sesame")).succeeds();
        assert!(ran.stdout.contains("(set, not shown)"), "{ran:?}");
        for secret in [API_HASH, "hunter2", "open sesame"] {
            assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{secret}: {ran:?}");
        }
    }
}

#[test]
fn the_environment_says_who_asks() {
    let world = World::small();
    fs::write(world.path("code"), world.server.login_code()).unwrap();
    let mut login = world.command("login");
    login.args(["--code-stdin", "--phone", &world.server.truth().account.phone]);
    login.stdin(fs::File::open(world.path("code")).unwrap());
    run(&mut login).fails(2, "--api-id");
    run(login.env("TAKEOUT_EXPORT_API_ID", "18")).fails(2, "--api-hash");
    login.stdin(fs::File::open(world.path("code")).unwrap());
    run(login.env("TAKEOUT_EXPORT_API_HASH", API_HASH)).succeeds();
    let mut show = program(&["accounts", "show", "--json", "--session"]);
    assert_eq!(run(show.arg(world.session())).succeeds().json()["api_id"], 18);
}

#[test]
fn a_login_takes_what_it_needs_from_the_file() {
    let world = World::small();
    with_file(
        &world,
        &format!(
            "api_id = 17\napi_hash = \"{API_HASH}\"\naccount = \"work\"\ndc = \"2={}\"\nrsa_key = {:?}\n",
            world.server.address(),
            world.path("key.pem"),
        ),
    );
    fs::write(world.path("code"), world.server.login_code()).unwrap();
    let mut login =
        at_home(&world, program(&["login", "--code-stdin", "--phone", &world.server.truth().account.phone]));
    run(login.stdin(fs::File::open(world.path("code")).unwrap())).succeeds();
    assert!(world.path("data/takeout-export/accounts/work/session").exists());
    run(&mut at_home(&world, program(&["whoami"]))).succeeds();
}

#[test]
fn other_commands_take_what_they_need_from_the_file_and_the_status_is_of_all_accounts_all_the_same() {
    let world = World::small();
    for account in ["main", "work"] {
        let login = at_home(&world, world.bare_command(&["login", "--account", account]));
        run(&mut world.answered(login, &world.server.login_code())).succeeds();
    }
    let server = format!("dc = \"2={}\"\nrsa_key = {:?}\n", world.server.address(), world.path("key.pem"));
    with_file(&world, &format!("account = \"work\"\n{server}"));
    fs::remove_file(world.path("data/takeout-export/accounts/main/session")).unwrap();
    run(&mut at_home(&world, program(&["contacts", "ids"]))).succeeds();
    run(at_home(&world, program(&["export", "--out"])).arg(world.out())).succeeds();
    with_file(&world, &format!("account = \"gone\"\n{server}"));
    run(&mut at_home(&world, program(&["contacts", "ids"]))).fails(3, "accounts/gone/session");
    let told = run(&mut at_home(&world, program(&["status"]))).succeeds();
    assert!(told.stdout.contains("accounts/work/session"), "{told:?}");

    // a session of its own beside the accounts
    let mine = world.path("mine.session");
    fs::rename(world.path("data/takeout-export/accounts/work/session"), &mine).unwrap();
    with_file(&world, &format!("session = {mine:?}\n{server}"));
    let told = run(&mut at_home(&world, program(&["status"]))).succeeds();
    assert!(told.stdout.contains("mine.session: account"), "{told:?}");
}

#[test]
fn a_file_with_a_fault_is_named_with_its_line_and_not_quoted() {
    let world = World::small();
    for (text, line) in [
        ("api_id = 1\napi_hesh = \"0123secret\"\n", 2),
        ("api_id = \"secret\"\n", 1),
        ("\n\naccount = \"Secret Name\"\n", 3),
        ("api_hash = \"secret\n", 1),
    ] {
        with_file(&world, text);
        let ran = run(&mut show(&world, &[])).fails(2, &format!("on line {line}"));
        assert!(!ran.stderr.to_lowercase().contains("secret"), "{ran:?}");
        assert!(ran.stderr.contains("now: the keys are account, session, "), "{ran:?}");
    }
}

fn doctor(world: &World, words: &[&str]) -> Command {
    at_home(world, world.bare_command(&[&["doctor", "--json"], words].concat()))
}

fn check<'a>(told: &'a Value, name: &str) -> &'a Value {
    told["checks"].as_array().unwrap().iter().find(|check| check["check"] == name).unwrap()
}

#[test]
fn doctor_finds_all_well_and_says_what_is_not() {
    let world = World::logged_in();
    let told = run(&mut doctor(&world, &[])).succeeds().json();
    assert_eq!(told["healthy"], true);
    for name in ["data folder", "key of the sessions", "session", "proxy", "server", "clock"] {
        assert_eq!(check(&told, name)["ok"], true, "{told}");
    }
    assert!(check(&told, "server")["found"].as_str().unwrap().contains("data centre 2 answers"), "{told}");
    assert!(
        check(&told, "key of the sessions")["found"].as_str().unwrap().contains("no keyring answers"),
        "{told}"
    );

    let told = run(&mut doctor(&world, &["--no-keyring"])).succeeds().json();
    let key = check(&told, "key of the sessions");
    assert!(
        key["found"].as_str().unwrap().contains("a passphrase will guard it, as you asked for"),
        "{told}"
    );

    // a clock that is wrong
    world.server.add_fault("clock-skew=400*".parse::<testdc::FaultRule>().unwrap()).unwrap();
    let ran = run(&mut doctor(&world, &[]));
    assert_eq!((ran.exit, check(&ran.json(), "clock")["ok"].as_bool()), (1, Some(false)), "{ran:?}");
    assert!(check(&ran.json(), "clock")["found"].as_str().unwrap().ends_with(" s slow"), "{ran:?}");
    world.server.control().clear_faults();

    // open to others
    let session = world.session();
    fs::set_permissions(&session, fs::Permissions::from_mode(0o644)).unwrap();
    let ran = run(doctor(&world, &[]).arg("--session").arg(&session));
    assert_eq!(ran.exit, 16, "{ran:?}");
    assert!(check(&ran.json(), "session")["now"].as_str().unwrap().contains("chmod 600"), "{ran:?}");
    let data = world.path("data/takeout-export");
    fs::create_dir_all(&data).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
    let ran = run(&mut doctor(&world, &[]));
    assert_eq!(ran.exit, 16, "{ran:?}");
    assert!(check(&ran.json(), "data folder")["now"].as_str().unwrap().contains("chmod 700"), "{ran:?}");
    fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).unwrap();

    // a proxy that is none, then one that does not answer
    let ran = run(&mut doctor(&world, &["--proxy", "nonsense"]));
    assert_eq!((ran.exit, check(&ran.json(), "proxy")["ok"].as_bool()), (2, Some(false)), "{ran:?}");
    let ran = run(&mut doctor(&world, &["--proxy", "socks5://127.0.0.1:1"]));
    assert_eq!((ran.exit, check(&ran.json(), "server")["ok"].as_bool()), (5, Some(false)), "{ran:?}");
    let mut gone = doctor(&world, &[]);
    let folder = world.end_server();
    let ran = run(&mut gone);
    assert_eq!(ran.exit, 5, "{ran:?}");
    assert!(check(&ran.json(), "server")["now"].as_str().unwrap().contains("check the network"), "{ran:?}");
    drop(folder);
}
