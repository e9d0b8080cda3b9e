//! A login that is sent on to another data centre at any of its steps (`303`), and a logout: the program follows. QR codes
//! and questions for another code: `interop/test_login_terminal.py`.

use std::fs;

use testdc::{CodeType, Event, FaultRule};

use crate::program::{program, run};
use crate::world::World;

const PASSWORD: &str = "correct horse";

fn three_data_centres() -> World {
    let password = Some(PASSWORD.to_owned());
    World::new(testdc::Config {
        contacts: 3,
        dcs: 3,
        password,
        code_types: vec![CodeType::App],
        ..testdc::Config::default()
    })
}

/// The next call of this method is sent on to data centre 3.
fn send_on(world: &World, method: &str, error: &str) {
    let fault = format!("rpc-error={method}:303:{error}_MIGRATE_3").parse::<FaultRule>();
    world.server.add_fault(fault.unwrap()).unwrap();
}

#[test]
fn every_step_of_a_login_is_followed() {
    for (method, error) in [
        ("auth.sendCode", "NETWORK"),
        ("auth.sendCode", "PHONE"),
        ("auth.signIn", "PHONE"),
        ("account.getPassword", "USER"),
        ("auth.checkPassword", "USER"),
    ] {
        let mut world = three_data_centres();
        fs::write(world.path("password"), PASSWORD).unwrap();
        send_on(&world, method, error);
        if method == "auth.sendCode" {
            world.server.control().move_account(&world.server.truth().account.phone, 3).unwrap();
        }
        let ran = run(world.login().arg("--password-file").arg(world.path("password"))).succeeds();
        let logins = world.events().iter().filter(|event| matches!(event, Event::Login { .. })).count();
        assert_eq!(logins, 1, "{method}: {ran:?}");
        let told = run(program(&["status", "--session"]).arg(world.session())).succeeds();
        assert!(told.stdout.contains("data centre 3; no export is pending"), "{method}: {told:?}");
        world.server.control().move_account(&world.server.truth().account.phone, 3).unwrap();
        run(&mut world.export()).succeeds();
    }
}

#[test]
fn a_logout_is_followed_to_where_the_account_is_now() {
    let mut world = World::new(testdc::Config { contacts: 3, dcs: 3, ..testdc::Config::default() });
    run(&mut world.login()).succeeds();
    let account = world.server.truth().account.clone();
    world.server.control().move_account(&account.phone, 3).unwrap();
    send_on(&world, "auth.logOut", "USER");
    let ran = run(&mut world.command("logout")).succeeds();
    assert!(ran.stdout.contains("Logged out at the server"), "{ran:?}");
    assert!(world.events().contains(&Event::LoggedOut { user_id: account.user_id }));
    assert!(!world.session().exists());
}

#[test]
fn a_takeout_session_that_was_left_open_does_not_keep_a_moved_account_from_leaving() {
    let mut world = World::new(testdc::Config { contacts: 3, dcs: 3, ..testdc::Config::default() });
    run(&mut world.login()).succeeds();
    world.server.add_fault("delay=contacts.getSaved:60000".parse::<FaultRule>().unwrap()).unwrap();
    let mut running = crate::program::Running::start(&mut world.export());
    world.wait_for_event(|event| matches!(event, Event::TakeoutOpened { .. }));
    running.wait_for("asking for the saved contacts");
    assert!(running.kill_after(std::time::Duration::ZERO));
    let account = world.server.truth().account.clone();
    world.server.control().move_account(&account.phone, 3).unwrap();
    run(&mut world.command("logout")).succeeds();
    assert!(world.events().contains(&Event::LoggedOut { user_id: account.user_id }));
}
