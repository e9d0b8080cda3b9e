//! Every wait of the program ends at once with Ctrl-C, and says that it was interrupted. Questions on a terminal:
//! `interop/test_login_terminal.py`; Telegram's permission: `delays`.

use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

use testdc::FaultRule;

use crate::program::{Running, run};
use crate::world::World;

/// What an interrupted program may still take, on a machine that is busy with other things; each wait here is longer.
const AT_ONCE: Duration = Duration::from_secs(8);

/// Starts it, waits until it says so, and interrupts it a moment later.
fn interrupt(command: &mut Command, says: &str) {
    let mut running = Running::start(command);
    running.wait_for(says);
    std::thread::sleep(Duration::from_millis(300));
    let start = Instant::now();
    running.signal("INT");
    running.end().fails(130, "error: interrupted");
    assert!(start.elapsed() < AT_ONCE, "{says}: {:?}", start.elapsed());
}

fn logged_in_with(fault: &str) -> World {
    let world = World::logged_in();
    world.server.add_fault(fault.parse::<FaultRule>().unwrap()).unwrap();
    world
}

#[test]
fn a_reply_that_does_not_come() {
    let mut world = logged_in_with("delay=contacts.getSaved:60000");
    interrupt(&mut world.export(), "asking for the saved contacts");
    assert_eq!(world.takeout_ends(), [false]);
    world.exports_well();
}

#[test]
fn a_pause_for_a_flood_limit() {
    for (fault, asks) in [
        ("flood-wait=contacts.getSaved:200", "going on in 4 min"),
        ("flood-wait=account.initTakeoutSession:100", "going on in 10"),
        ("flood-wait=users.getUsers:100", "going on in 10"),
    ] {
        let mut world = logged_in_with(fault);
        interrupt(&mut world.export(), asks);
        world.takeout_ends();
        world.server.control().clear_faults();
        world.exports_well();
    }
    let world = World::small();
    world.server.add_fault("flood-wait=auth.sendCode:100".parse::<FaultRule>().unwrap()).unwrap();
    interrupt(&mut world.login(), "Telegram asks for a pause (FLOOD_WAIT): going on in 10");
    run(&mut world.login()).succeeds();
}

#[test]
fn a_server_that_fails_again_and_again() {
    let mut world = logged_in_with("rpc-error=contacts.getSaved:500:WORKER_BUSY_TOO_LONG_RETRY*");
    interrupt(&mut world.export(), "asking for the saved contacts");
    assert_eq!(world.takeout_ends(), [false]);
}

#[test]
fn a_server_that_is_gone() {
    let world = logged_in_with("delay=contacts.getSaved:60000");
    let mut running = Running::start(&mut world.export());
    running.wait_for("asking for the saved contacts");
    let folder = world.end_server();
    // it tries to connect again
    std::thread::sleep(Duration::from_secs(1));
    let start = Instant::now();
    running.signal("INT");
    let ran = running.end().fails(130, "error: interrupted");
    assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
    assert!(ran.stderr.contains("the next command with this session ends it"), "{ran:?}");
    drop(folder);
}

#[test]
fn a_server_that_takes_the_connection_and_says_nothing() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut world = World::logged_in();
    let way = format!("2={}", silent.local_addr().unwrap());
    let mut export = crate::program::program(&["export", "--session"]);
    export.arg(world.session()).args(["--dc", &way, "--rsa-key"]).arg(world.path("key.pem"));
    interrupt(export.arg("--out").arg(world.out()), "connecting");
    // the address of the server that was named is in the session now: the right one is named again
    world.exports_well();
}
