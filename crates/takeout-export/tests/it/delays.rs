//! `TAKEOUT_INIT_DELAY`: waited for, not waited for, confirmed, declined, interrupted, and gone on with.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use testdc::Event;

use crate::program::{Ran, Running, program, run};
use crate::world::World;

const HOLDS_BACK: &str = "Telegram holds this export back until 20";

/// A session that is logged in to a data centre where the first takeout of each key has to wait.
fn delayed_by(secs: u32) -> World {
    let config =
        testdc::Config { contacts: 20, saved_only: 5, takeout_delay_secs: Some(secs), ..Default::default() };
    let world = World::new(config);
    run(&mut world.login()).succeeds();
    world
}

fn waiting(world: &World) -> Command {
    let mut export = world.export();
    export.args(["--wait", "--ask-every", "1"]);
    export
}

fn status(world: &World) -> Ran {
    run(program(&["status", "--session"]).arg(world.session())).succeeds()
}

fn decide(world: &World, allowed: bool) {
    let (control, phone) = (world.server.control(), &world.server.truth().account.phone);
    let decided = if allowed { control.allow_takeout(phone) } else { control.deny_takeout(phone) };
    assert_eq!(decided.unwrap(), 1, "one takeout waits");
}

#[test]
fn who_waits_goes_on_when_the_time_is_over() {
    let mut world = delayed_by(3);
    assert!(status(&world).stdout.ends_with("no export is pending\n"));
    let start = Instant::now();
    let ran = run(world.export().arg("--wait")).succeeds();
    assert!(start.elapsed() >= Duration::from_secs(2));
    assert!(ran.stderr.contains(HOLDS_BACK) && ran.stderr.contains("over 24 hours"), "{ran:?}");
    assert_eq!(world.takeout_ends(), [true]);
    assert!(status(&world).stdout.ends_with("no export is pending\n"));
}

#[test]
fn who_does_not_wait_is_told_the_date_and_a_second_run_goes_on() {
    let mut world = delayed_by(8);
    // without a terminal --no-wait is the default
    for arguments in [&[][..], &["--no-wait"]] {
        let ran = run(world.export().args(arguments)).fails(8, "wait until 20");
        assert!(ran.stderr.contains("same session"), "{ran:?}");
        world.assert_nothing_is_left();
        let told = status(&world);
        assert!(told.stdout.contains("Telegram holds the export back until 20"), "{told:?}");
    }
    let told = run(program(&["status", "--json", "--session"]).arg(world.session())).succeeds().json();
    let session = &told["sessions"][0];
    assert_eq!(session["takeout"], "delayed");
    assert!(session["asked_at"].as_str() < session["held_until"].as_str(), "{session}");
    std::thread::sleep(Duration::from_secs(8));
    assert!(status(&world).stdout.contains("it may begin"));
    let ran = world.exports_well();
    assert!(ran.stderr.contains("Telegram was asked on 20"), "{ran:?}");
}

#[test]
fn the_status_is_of_all_accounts_even_of_one_that_is_waiting_and_one_that_is_damaged() {
    let world = delayed_by(3600);
    let at_home = |mut command: Command| {
        command.env("XDG_DATA_HOME", world.path("data"));
        command
    };
    let told = || run(at_home(program(&["status"])).arg("--json"));
    assert_eq!(told().exit, 3, "nobody is logged in");
    for account in ["main", "second", "third"] {
        let login = at_home(world.bare_command(&["login", "--account", account]));
        run(&mut world.answered(login, &world.server.login_code())).succeeds();
    }
    let mut export = at_home(world.bare_command(&["export", "--account", "second", "--wait"]));
    let mut waiting = Running::start(export.arg("--out").arg(world.out()));
    waiting.wait_for(HOLDS_BACK);
    let sessions = told().succeeds().json()["sessions"].clone();
    let standings = |sessions: &serde_json::Value| {
        let of = |session: &serde_json::Value| session["takeout"].as_str().unwrap().to_owned();
        sessions.as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(standings(&sessions), ["none", "delayed", "none"]);
    assert_eq!(sessions[1]["user_id"], world.server.truth().account.user_id);
    let one = run(at_home(program(&["status", "--account", "main"])).arg("--json")).succeeds().json();
    assert_eq!(standings(&one["sessions"]), ["none"]);

    fs::write(world.path("data/takeout-export/accounts/main/session"), "{}").unwrap();
    let ran = told();
    assert_eq!(
        (ran.exit, standings(&ran.json()["sessions"])),
        (16, ["unknown", "delayed", "none"].map(String::from).to_vec())
    );
    assert!(run(&mut at_home(program(&["status"]))).stdout.contains("is damaged or no session file"));
    waiting.signal("TERM");
    waiting.end().fails(143, "terminated");
}

#[test]
fn a_confirmation_on_another_device_ends_the_wait() {
    let mut world = delayed_by(3600);
    let mut running = Running::start(&mut waiting(&world));
    running.wait_for(HOLDS_BACK);
    running.wait_for("Telegram still holds the export back");
    decide(&world, true);
    running.end().succeeds();
    assert_eq!(world.takeout_ends(), [true]);
}

#[test]
fn an_export_that_is_declined_is_exit_code_25_and_so_is_one_that_waits_too_long() {
    let mut world = delayed_by(3600);
    let mut running = Running::start(&mut waiting(&world));
    running.wait_for(HOLDS_BACK);
    decide(&world, false);
    running.end().fails(25, "declined on another device");
    assert!(status(&world).stdout.ends_with("no export is pending\n"));

    let ran = run(waiting(&world).args(["--wait-at-most", "1"])).fails(25, "still holds this export back");
    assert!(ran.stderr.contains("wait until 20"), "{ran:?}");
    assert_eq!(world.takeout_ends(), [false; 0]);
    world.assert_nothing_is_left();
}

#[test]
fn a_wait_ends_at_once_with_a_signal_or_a_crash_and_a_new_process_goes_on_with_the_same_key() {
    let mut world = delayed_by(3600);
    let mut running = Running::start(world.export().arg("--wait"));
    running.wait_for(HOLDS_BACK);
    let start = Instant::now();
    running.signal("INT");
    running.end().fails(130, "error: interrupted");
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());

    let mut running = Running::start(world.export().arg("--wait"));
    running.wait_for(HOLDS_BACK);
    assert!(running.kill_after(Duration::ZERO), "it was waiting");
    assert!(status(&world).stdout.contains("Telegram holds the export back until 20"));

    // one key was told to wait, once: the confirmation is for the process that comes
    let told =
        world.events().into_iter().filter(|event| matches!(event, Event::TakeoutDelayed { .. })).count();
    assert_eq!(told, 1);
    decide(&world, true);
    run(world.export().arg("--force")).succeeds();
    assert_eq!(world.takeout_ends(), [true]);
}
