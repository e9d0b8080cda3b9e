//! Login and logout: what is refused, and what a session is good for.

use std::fs;

use testdc::Event;

use crate::program::run;
use crate::world::World;

#[test]
fn a_session_lasts_from_login_to_logout() {
    let mut world = World::small();
    let first = run(world.login().arg("--json")).succeeds().json();
    let user_id = world.server.truth().account.user_id;
    assert_eq!(first["result"], "logged_in");
    assert_eq!((first["user_id"].as_i64(), first["already"].as_bool()), (Some(user_id), Some(false)));

    let again = run(&mut world.login_with("no code is needed")).succeeds();
    assert!(again.stdout.contains(&format!("Account {user_id} is already logged in")), "{again:?}");
    let logins = world.events().iter().filter(|event| matches!(event, Event::Login { .. })).count();
    assert_eq!(logins, 1);

    run(&mut world.command("logout")).succeeds();
    assert!(world.events().contains(&Event::LoggedOut { user_id }));
    assert!(!world.session().exists());
    run(&mut world.command("logout")).fails(3, "now: takeout-export login");
}

#[test]
fn a_session_outlives_a_data_centre_that_keeps_its_state() {
    let folder = tempfile::tempdir().unwrap();
    let config = |name: &str| testdc::Config {
        contacts: 20,
        saved_only: 5,
        store: Some(folder.path().join(name)),
        ..testdc::Config::default()
    };
    let mut world = World::new(config("kept"));
    run(&mut world.login()).succeeds();
    world.exports_well();
    let mut world = world.restarted(config("kept"));
    world.exports_well();
    // a key of a moment ago may yet come to be known
    let world = world.restarted(config("another"));
    run(&mut world.export()).fails(5, "run the command again in a minute");
}

#[test]
fn a_wrong_code_is_exit_code_4_and_another_login_works() {
    let world = World::small();
    let ran = run(&mut world.login_with("00000")).fails(4, " sends a new code; the latest one counts");
    assert!(!ran.stderr.contains("00000"), "{ran:?}");
    run(&mut world.export()).fails(3, "now: takeout-export login");
    run(&mut world.login()).succeeds();
}

#[test]
fn a_password_file_that_is_not_there_costs_no_code() {
    let mut world = World::small();
    run(world.login().arg("--password-file").arg(world.path("nowhere"))).fails(2, "cannot read");
    assert!(!world.events().iter().any(|event| matches!(event, Event::CodeSent { .. })));
}

#[test]
fn a_wrong_password_is_exit_code_4_and_the_right_one_works() {
    let password = Some("correct horse".to_owned());
    let mut world =
        World::new(testdc::Config { contacts: 3, saved_only: 0, password, ..testdc::Config::default() });
    let file = world.path("password");
    fs::write(&file, "battery staple\n").unwrap();
    let ran = run(world.login().arg("--password-file").arg(&file)).fails(4, "not the code");
    assert!(!ran.stderr.contains("battery"), "{ran:?}");
    // without the file there would have to be somebody to ask
    run(&mut world.login()).fails(2, "--password-file");

    fs::write(&file, "correct horse\n").unwrap();
    run(world.login().arg("--password-file").arg(&file)).succeeds();
    world.exports_well();
}

#[test]
fn a_wrong_password_is_never_tried_again_by_itself() {
    let password = Some("correct horse".to_owned());
    let world = World::new(testdc::Config { contacts: 3, password, ..testdc::Config::default() });
    let file = world.path("password");
    fs::write(&file, "correct horse\n").unwrap();
    // a second try would be taken: the server refuses one
    let fault = "rpc-error=auth.checkPassword:400:PASSWORD_HASH_INVALID".parse::<testdc::FaultRule>();
    world.server.add_fault(fault.unwrap()).unwrap();
    run(world.login().arg("--password-file").arg(&file)).fails(4, "not the code");
    run(world.login().arg("--password-file").arg(&file)).succeeds();
}

#[test]
fn a_qr_code_needs_a_terminal_to_stand_on() {
    let world = World::small();
    let mut login = world.command("login");
    run(login.args(["--api-id", "17", "--api-hash", "x", "--qr"])).fails(2, "--phone and --code-stdin");
    run(login.args(["--phone", "1"])).fails(2, "cannot be used with");
}

#[test]
fn a_number_that_is_banned_and_one_that_was_tried_too_often_have_their_own_advice() {
    let world = World::small();
    let phone = &world.server.truth().account.phone;
    world.server.add_fault("flood-wait=auth.sendCode:7000".parse::<testdc::FaultRule>().unwrap()).unwrap();
    run(&mut world.login()).fails(13, "now: run the login again then: 20");
    world.server.control().revoke(phone, testdc::Revocation::Banned).unwrap();
    let ran = run(&mut world.login()).fails(4, "recover@telegram.org");
    assert!(!ran.stderr.contains("country code"), "{ran:?}");
}

#[test]
fn a_script_is_not_told_which_keys_to_press() {
    let world = World::small();
    let ran = run(&mut world.login()).succeeds();
    assert!(
        ran.stderr.contains("A code was sent: look into Telegram") && !ran.stderr.contains("(or r)"),
        "{ran:?}"
    );
    let mut silent = world.command_on(&["login"], &world.path("another.session"));
    silent.args(["--api-id", "17", "--api-hash", "x", "--code-stdin"]);
    silent.args(["--phone", &world.server.truth().account.phone]);
    run(&mut silent).fails(2, "now: what is asked for is read from one line");
}

#[test]
fn a_wrong_number_is_exit_code_4() {
    let world = World::small();
    let mut login = world.command("login");
    login.args(["--api-id", "17", "--api-hash", "x", "--code-stdin", "--phone", "12"]);
    run(&mut login).fails(4, "country code");
}

#[test]
fn a_data_centre_with_the_wrong_number_is_said_to_be_one() {
    let world = World::small();
    let mut command = world.command_to(3, &["login"]);
    command.arg("--session").arg(world.session());
    let mut login = world.answered(command, &world.server.login_code());
    run(&mut login).fails(5, "--dc N=HOST:PORT wants its own number");
    run(&mut world.login()).succeeds();
}

#[test]
fn a_session_is_good_for_one_server_alone() {
    let mut world = World::logged_in();
    let other = World::new(testdc::Config {
        key: Some(testdc::RsaKey::generate(&mut testdc::Entropy::from_seed(2))),
        ..testdc::Config::default()
    });
    fs::copy(world.session(), other.session()).unwrap();
    run(&mut other.export()).fails(2, "another server");
    world.exports_well();
}

#[test]
fn a_session_that_cannot_be_ended_is_kept_unless_only_the_key_is_to_go() {
    let world = World::logged_in();
    let [mut logout, mut local] = [world.command("logout"), world.command("logout")];
    let folder = world.end_server();
    let session = folder.path().join("account.session");
    let ran =
        run(&mut logout).fails(5, "Telegram cannot be told, so the session goes on and its key is kept");
    assert!(ran.stderr.contains("--local"), "{ran:?}");
    assert!(session.exists());
    let ran = run(local.args(["--local", "--json"])).succeeds();
    assert_eq!(ran.json()["told_telegram"], false);
    assert!(!session.exists());
}

#[test]
fn only_the_key_goes_whatever_the_server_says() {
    let world = World::logged_in();
    let fault = "rpc-error=auth.logOut:400:PEER_ID_INVALID*".parse::<testdc::FaultRule>();
    world.server.add_fault(fault.unwrap()).unwrap();
    run(&mut world.command("logout")).fails(7, "PEER_ID_INVALID");
    assert!(world.session().exists());
    let ran = run(world.command("logout").arg("--local")).succeeds();
    assert!(ran.stdout.contains("Telegram could not be told"), "{ran:?}");
    assert!(!world.session().exists());
}

#[test]
fn a_session_that_telegram_has_ended_is_removed() {
    let world = World::logged_in();
    let phone = &world.server.truth().account.phone;
    world.server.control().revoke(phone, testdc::Revocation::Revoked).unwrap();
    let ran = run(&mut world.command("logout")).succeeds();
    assert!(ran.stdout.contains("Telegram knew of no login with this session any more"), "{ran:?}");
    assert!(!world.session().exists());
}
