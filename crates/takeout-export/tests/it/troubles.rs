//! What Telegram may do to an account or its key: each has its own message, exit code and next step.

use testdc::Revocation;

use crate::program::{program, run};
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
