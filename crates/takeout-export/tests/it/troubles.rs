//! What Telegram may do to an account or its key: each has its own message, exit code and next step.

use testdc::{FaultRule, Revocation};

use crate::program::{Running, program, run};
use crate::world::World;

#[test]
fn each_has_its_own_message_exit_code_and_next_step() {
    for (how, exit, message, next) in [
        (Revocation::Unregistered, 3, "Telegram does not know this session any more", "takeout-export login"),
        (Revocation::Revoked, 24, "this session was ended on another device", "Settings > Devices"),
        (Revocation::Deactivated, 17, "has deleted or banned this account", "recover@telegram.org"),
        (Revocation::Banned, 17, "has deleted or banned this account", "recover@telegram.org"),
        (Revocation::Frozen, 18, "has frozen this account", "how to appeal"),
        (Revocation::Duplicated, 19, "its key was used in two places at once", "never copy a session"),
    ] {
        let mut world = World::logged_in();
        let phone = world.server.truth().account.phone.clone();
        let control = world.server.control().clone();
        assert_eq!(control.revoke(&phone, how).unwrap(), 1, "{how:?}");
        let ran = run(&mut world.export()).fails(exit, message);
        assert!(ran.stderr.contains("  because: ") && ran.stderr.contains(next), "{how:?}: {ran:?}");
        world.assert_nothing_is_left();
        assert_eq!(world.takeout_ends(), [false; 0], "{how:?}");

        // and when it is good again, one login is enough; a frozen account's session was never lost
        control.revoke(&phone, Revocation::Restored).unwrap();
        run(&mut world.login()).succeeds();
        world.exports_well();
    }
}

#[test]
fn an_account_that_has_moved_to_another_data_centre_is_logged_in_to_there() {
    let mut world = World::new(testdc::Config { contacts: 20, dcs: 3, ..testdc::Config::default() });
    run(&mut world.login()).succeeds();
    let phone = world.server.truth().account.phone.clone();
    world.server.control().move_account(&phone, 3).unwrap();
    run(&mut world.export()).fails(3, "now: takeout-export login");
    assert_eq!(world.takeout_ends(), [false; 0]);
    run(&mut world.login()).succeeds();
    let mut status = program(&["status", "--session"]);
    let told = run(status.arg(world.session())).succeeds();
    assert!(told.stdout.contains("data centre 3"), "{told:?}");
    run(&mut world.export()).succeeds();
    assert_eq!(world.takeout_ends(), [true]);
}

#[test]
fn a_session_that_was_copied_is_ended_by_telegram() {
    let mut world = World::new(testdc::Config {
        contacts: 20,
        saved_only: 5,
        ends_duplicates: true,
        faults: vec!["delay=contacts.getContacts:15000".parse::<FaultRule>().unwrap()],
        ..testdc::Config::default()
    });
    run(&mut world.login()).succeeds();
    let copied = world.path("copied.session");
    std::fs::copy(world.session(), &copied).unwrap();
    // the first one waits for its contacts while the second one asks
    let first = Running::start(&mut world.export());
    world.wait_for_event(|event| matches!(event, testdc::Event::TakeoutOpened { .. }));
    let second = run(world.command_on(&["export"], &copied).arg("--out").arg(world.path("copied")));
    let first = first.end();
    let ended = [&first, &second].into_iter().filter(|ran| ran.exit == 19).collect::<Vec<_>>();
    assert!(!ended.is_empty(), "{first:?} {second:?}");
    for ran in ended {
        assert!(ran.stderr.contains("its key was used in two places at once"), "{ran:?}");
        assert!(
            ran.stderr.contains("AUTH_KEY_DUPLICATED") && ran.stderr.contains("never copy a session"),
            "{ran:?}"
        );
    }
    // the key is lost for both
    run(&mut world.export()).fails(19, "its key was used in two places at once");
    run(&mut world.login()).succeeds();
    world.events();
    world.exports_well();
}
