//! Ctrl-C and SIGTERM: the takeout session is finished without success, nothing is left, the next export works.

use testdc::FaultRule;

use crate::program::{Running, program, run};
use crate::world::World;

#[test]
fn ctrl_c_and_sigterm_end_an_export_in_good_order() {
    let mut world = World::logged_in();
    for (signal, exit, message) in [("INT", 130, "error: interrupted"), ("TERM", 143, "error: terminated")] {
        for (method, said) in [
            ("contacts.getSaved", "asking for the saved contacts"),
            ("contacts.getStatuses", "asking for when they were last seen"),
        ] {
            hold(&world, method);
            let mut running = Running::start(&mut world.export());
            running.wait_for(said);
            running.signal(signal);
            running.end().fails(exit, message);
            assert_eq!(world.takeout_ends(), [false], "{signal} during {method}");
            world.assert_nothing_is_left();
            world.exports_well();
        }
    }
}

/// The next reply to this method is held back: long enough for any signal to come first, and short enough for the next
/// export if the signal came even before the call.
fn hold(world: &World, method: &str) {
    world.server.add_fault(format!("delay={method}:20000").parse::<FaultRule>().unwrap()).unwrap();
}

#[test]
fn before_the_takeout_session_there_is_nothing_to_finish() {
    let mut world = World::logged_in();
    // accepts connections, and says nothing
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut export = program(&["export", "--dc"]);
    export.arg(format!("2={}", silent.local_addr().unwrap())).arg("--rsa-key").arg(world.path("key.pem"));
    export.arg("--session").arg(world.session()).arg("--out").arg(world.out());
    let mut running = Running::start(&mut export);
    running.wait_for("connecting");
    running.signal("INT");
    running.end().fails(130, "error: interrupted");
    world.assert_nothing_is_left();
    world.exports_well();
}

#[test]
fn a_folder_that_another_export_writes_to_is_left_to_it() {
    let mut world = World::logged_in();
    hold(&world, "contacts.getSaved");
    let mut first = Running::start(&mut world.export());
    first.wait_for("asking for the saved contacts");
    run(program(&["demo", "--contacts", "1", "--out"]).arg(world.out()))
        .fails(11, "another export is being written");
    first.signal("TERM");
    first.end().fails(143, "error: terminated");
    world.assert_nothing_is_left();
    world.takeout_ends();
    world.exports_well();
}

#[test]
fn a_takeout_session_that_is_just_being_opened_is_finished_too() {
    let mut world = World::logged_in();
    world.server.add_fault("delay=account.initTakeoutSession:5000".parse::<FaultRule>().unwrap()).unwrap();
    let mut running = Running::start(&mut world.export());
    running.wait_for("opening a takeout session");
    running.signal("INT");
    running.end().fails(130, "error: interrupted");
    assert_eq!(world.takeout_ends(), [false]);
    world.exports_well();
}

#[test]
fn whoever_waits_for_the_end_of_a_takeout_session_is_told_and_need_not_wait() {
    // one that is being opened may be open by now, and one that is open has to be finished
    for methods in
        [&["account.initTakeoutSession"][..], &["contacts.getSaved", "account.finishTakeoutSession"]]
    {
        let world = World::logged_in();
        for method in methods {
            hold(&world, method);
        }
        let mut running = Running::start(&mut world.export());
        running.wait_for(if methods.len() == 1 {
            "opening a takeout"
        } else {
            "asking for the saved contacts"
        });
        running.signal("INT");
        running.wait_for("so that no takeout session stays open at Telegram; once more to stop at once");
        running.signal("INT");
        running.end().fails(130, "error: interrupted");
        world.assert_nothing_is_left();
    }
}

#[test]
fn a_second_signal_does_not_wait_for_the_server() {
    let world = World::logged_in();
    for method in ["contacts.getSaved", "account.finishTakeoutSession"] {
        hold(&world, method);
    }
    let mut running = Running::start(&mut world.export());
    running.wait_for("asking for the saved contacts");
    running.signal("INT");
    running.wait_for("once more to stop at once");
    running.signal("INT");
    running.end().fails(130, "error: interrupted");
    world.assert_nothing_is_left();
}
