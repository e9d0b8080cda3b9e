//! Several accounts: each has a name and a folder, one of them is the default; sessions of other libraries come and go.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::program::{program, run};
use crate::world::{World, names_in};

/// With a data folder of its own.
fn at_home(world: &World, mut command: Command) -> Command {
    command.env("XDG_DATA_HOME", world.path("data"));
    command
}

fn accounts(world: &World, words: &[&str]) -> Command {
    at_home(world, program(&[&["accounts"], words].concat()))
}

fn log_in(world: &World, account: &str) {
    let command = world.bare_command(&["login", "--account", account]);
    let command = world.answered(at_home(world, command), &world.server.login_code());
    let ran = run(&mut { command }).succeeds();
    let next = format!("Next: takeout-export export --account {account} --out my-contacts");
    assert!(ran.stdout.contains(&next), "{ran:?}");
}

fn session(world: &World, account: &str) -> PathBuf {
    world.path("data/takeout-export/accounts").join(account).join("session")
}

fn listed(world: &World) -> Vec<(String, bool)> {
    let list = run(accounts(world, &["list"]).arg("--json")).succeeds().json();
    assert_eq!(list["result"], "accounts");
    let account = |account: &Value| {
        (account["name"].as_str().unwrap().to_owned(), account["default"].as_bool().unwrap())
    };
    list["accounts"].as_array().unwrap().iter().map(account).collect()
}

#[test]
fn accounts_stand_side_by_side_and_one_is_the_default() {
    let world = World::small();
    let ran = run(&mut accounts(&world, &["list"])).succeeds();
    assert!(ran.stdout.contains("No account is on this machine"), "{ran:?}");
    log_in(&world, "main");
    log_in(&world, "work");
    assert_eq!(listed(&world), [("main".to_owned(), true), ("work".to_owned(), false)]);
    assert!(run(&mut accounts(&world, &["list"])).succeeds().stdout.contains("* main  (plain)"));

    // each name is another login
    let key = |account: &str| fs::read(session(&world, account)).unwrap();
    assert_ne!(key("main"), key("work"));
    run(&mut accounts(&world, &["default", "work"])).succeeds();
    assert_eq!(listed(&world), [("main".to_owned(), false), ("work".to_owned(), true)]);
    let ran = run(accounts(&world, &["default"]).arg("--json")).succeeds();
    assert_eq!(ran.json(), json!({ "result": "default", "name": "work" }));
    let shown = run(accounts(&world, &["show"]).env("TAKEOUT_EXPORT_ACCOUNT", "main")).succeeds();
    assert!(shown.stdout.contains("accounts/main/session"), "{shown:?}");
    // the default is the one that is logged out
    run(&mut at_home(&world, world.bare_command(&["logout"]))).succeeds();
    assert!(session(&world, "main").exists() && !session(&world, "work").exists());
    run(&mut accounts(&world, &["default", "nobody"])).fails(3, "login --account nobody makes one");
}

#[test]
fn an_account_is_renamed_with_what_depends_on_its_name() {
    let world = World::small();
    log_in(&world, "main");
    log_in(&world, "other");
    let before = fs::read(session(&world, "main")).unwrap();
    // what an export was told so far, for the next one
    let answers = |account: &str| session(&world, account).with_file_name("session.answers");
    fs::write(answers("main"), "told").unwrap();
    run(&mut accounts(&world, &["rename", "main", "other"])).fails(2, "there is a session already");
    run(&mut accounts(&world, &["rename", "main", "private"])).succeeds();
    assert_eq!(fs::read(session(&world, "private")).unwrap(), before);
    assert_eq!(names_in(&world.path("data/takeout-export/accounts")), ["other", "private"]);
    assert_eq!(listed(&world), [("other".to_owned(), false), ("private".to_owned(), true)]);
    run(&mut at_home(&world, world.bare_command(&["whoami", "--account", "private"]))).succeeds();
    assert_eq!(fs::read_to_string(answers("private")).unwrap(), "told");
    run(&mut accounts(&world, &["rename", "main", "x"]))
        .fails(3, "now: takeout-export login --account main makes one");
    run(&mut accounts(&world, &["rename", "other", "../x"])).fails(2, "small letters");
}

#[test]
fn a_key_is_removed_only_when_that_is_confirmed() {
    let world = World::small();
    log_in(&world, "main");
    run(&mut accounts(&world, &["remove", "main"])).fails(22, "nothing was changed");
    assert!(session(&world, "main").exists());
    fs::write(session(&world, "main").with_file_name("session.answers"), "told").unwrap();
    let ran = run(accounts(&world, &["remove", "main"]).arg("--yes")).succeeds();
    assert!(ran.stdout.contains("Settings, Devices"), "{ran:?}");
    assert_eq!(names_in(&world.path("data/takeout-export/accounts")), [""; 0]);
    run(accounts(&world, &["remove", "main"]).arg("--yes")).fails(3, "there is no session");
}

#[test]
fn what_is_gone_is_the_default_no_more_and_leaves_no_folder() {
    let world = World::small();
    log_in(&world, "main");
    for ends in [&["logout"][..], &["accounts", "remove", "work", "--yes"]] {
        log_in(&world, "work");
        run(&mut accounts(&world, &["default", "work"])).succeeds();
        let command = if ends == ["logout"] { world.bare_command(ends) } else { program(ends) };
        run(&mut at_home(&world, command)).succeeds();
        assert_eq!(names_in(&world.path("data/takeout-export/accounts")), ["main"], "{ends:?}");
        assert_eq!(listed(&world), [("main".to_owned(), true)], "{ends:?}");
        run(&mut at_home(&world, world.bare_command(&["whoami"]))).succeeds();
    }
    // another one's end leaves the default alone
    log_in(&world, "work");
    run(&mut accounts(&world, &["default", "work"])).succeeds();
    run(&mut accounts(&world, &["remove", "main", "--yes"])).succeeds();
    assert_eq!(listed(&world), [("work".to_owned(), true)]);
}

#[test]
fn whoami_asks_the_server_and_show_does_not() {
    let mut world = World::logged_in();
    let me = world.server.truth().account.clone();
    let told = run(world.command("whoami").arg("--json")).succeeds().json();
    assert_eq!(
        (told["user_id"].as_i64(), told["phone"].as_str()),
        (Some(me.user_id), Some(me.phone.as_str()))
    );
    assert_eq!(told["name"], format!("{} {}", me.first_name, me.last_name).trim());
    assert!(run(&mut world.command("whoami")).succeeds().stdout.contains(&me.user_id.to_string()));
    world.events();

    let session = world.session();
    let show = || {
        let mut command = program(&["accounts", "show", "--json", "--session"]);
        command.arg(&session);
        command
    };
    let shown = run(&mut show()).succeeds().json();
    assert_eq!((shown["user_id"].as_i64(), shown["api_id"].as_i64()), (Some(me.user_id), Some(17)));
    assert_eq!((shown["dc_id"].as_i64(), shown["takeout_open"].as_bool()), (Some(2), Some(false)));
    let mut whoami = world.command("whoami");
    let folder = world.end_server();
    run(&mut show()).succeeds();
    run(&mut whoami).fails(5, "now: check the network");
    drop(folder);
}

#[test]
fn the_session_of_the_first_version_becomes_the_account_main() {
    use std::os::unix::fs::PermissionsExt;

    let world = World::logged_in();
    let data = world.path("data/takeout-export");
    fs::create_dir_all(&data).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).unwrap();
    fs::rename(world.session(), data.join("account.session")).unwrap();
    let ran = run(&mut at_home(&world, world.bare_command(&["whoami"]))).succeeds();
    assert!(ran.stderr.contains("is the account 'main' now"), "{ran:?}");
    assert!(session(&world, "main").exists() && !data.join("account.session").exists());
}

#[test]
fn a_login_goes_to_telethon_s_form_and_comes_back_as_another_account() {
    let world = World::small();
    log_in(&world, "main");
    let user_id = world.server.truth().account.user_id;
    let ran = run(&mut accounts(&world, &["export", "--format", "telethon-string"])).succeeds();
    assert!(ran.stderr.contains("Whoever has this string has the account"), "{ran:?}");
    let string = ran.stdout.trim().to_owned();
    assert!(string.starts_with('1') && string.len() == 353, "{string}");
    let file = world.path("string");
    run(accounts(&world, &["export", "--format", "telethon-string", "--out"]).arg(&file)).succeeds();
    assert_eq!(fs::read_to_string(&file).unwrap().trim(), string);
    run(accounts(&world, &["export", "--format", "telethon-string", "--out"]).arg(&file))
        .fails(11, "one that is there is not replaced");

    let import = |words: &[&str]| {
        let words = [&["accounts", "import", "--api-id", "17", "--account", "copy"], words].concat();
        at_home(&world, world.bare_command(&words))
    };
    let mut from_file = import(&["--format", "telethon-string"]);
    let told = run(from_file.arg(&file).arg("--json")).succeeds().json();
    assert_eq!((told["result"].as_str(), told["user_id"].as_i64()), (Some("imported"), Some(user_id)));
    run(&mut at_home(&world, world.bare_command(&["whoami", "--account", "copy"]))).succeeds();
    run(import(&["--format", "telethon-string"]).arg(&file)).fails(2, "there is a session already");
    run(accounts(&world, &["remove", "copy", "--yes"]).arg("-v")).succeeds();

    // from stdin
    let mut from_stdin = import(&["--format", "telethon-string", "-"]);
    run(from_stdin.stdin(fs::File::open(&file).unwrap())).succeeds();
    run(&mut accounts(&world, &["remove", "copy", "--yes"])).succeeds();

    // the session itself in place of a file
    let ran =
        run(import(&["--format", "telethon-string"]).arg(&string)).fails(2, "give - and write it to stdin");
    assert!(!ran.stderr.contains(&string[20..60]), "{ran:?}");
    run(&mut import(&["--format", "telethon-file", "nowhere"])).fails(2, "name the session file of Telethon");
    // what is of another form is refused, and quoted nowhere
    let ran = run(import(&["--format", "pyrogram-string"]).arg(&file)).fails(2, "no session of that form");
    assert!(!ran.stderr.contains(&string[20..60]), "{ran:?}");
    // a key that the server does not know is not kept
    run(&mut at_home(&world, world.bare_command(&["logout"]))).succeeds();
    run(import(&["--format", "telethon-string"]).arg(&file)).fails(3, "now: takeout-export login");
    assert!(!session(&world, "copy").exists());
}
