//! Servers that refuse, wait, close or lie: a clear message, the documented exit code, nothing left behind, no takeout
//! session left open, and the next export works.

use std::fs;
use std::time::{Duration, Instant};

use testdc::{Event, FaultRule};

use crate::program::{Running, run};
use crate::rows;
use crate::world::{World, names_in};

/// A fault that ends one export.
struct Case {
    fault: &'static str,
    exit: i32,
    says: &'static [&'static str],
    /// Whether there was a takeout session to finish.
    was_opened: bool,
}

const CASES: [Case; 10] = [
    Case {
        fault: "cut-reply=contacts.getContacts",
        exit: 6,
        says: &["cannot be read", "offset"],
        was_opened: true,
    },
    Case { fault: "cut-reply=contacts.getSaved", exit: 6, says: &["offset"], was_opened: true },
    Case {
        fault: "unknown-constructor=contacts.getSaved",
        exit: 6,
        says: &["constructor"],
        was_opened: true,
    },
    Case {
        fault: "unknown-constructor=contacts.getStatuses",
        exit: 6,
        says: &["constructor"],
        was_opened: true,
    },
    Case {
        fault: "rpc-error=contacts.getSaved:400:PEER_ID_INVALID",
        exit: 7,
        says: &["PEER_ID_INVALID"],
        was_opened: true,
    },
    Case {
        fault: "rpc-error=account.initTakeoutSession:400:PEER_ID_INVALID",
        exit: 7,
        says: &["PEER_ID_INVALID"],
        was_opened: false,
    },
    Case {
        fault: "flood-wait=contacts.getStatuses:3600",
        exit: 13,
        says: &["wants a pause until 20", "(in 60 min)", "--max-wait"],
        was_opened: true,
    },
    Case {
        fault: "rpc-error=contacts.getContacts:401:SESSION_REVOKED",
        exit: 24,
        says: &["ended on another device", "then: takeout-export login"],
        was_opened: true,
    },
    Case {
        fault: "rpc-error=users.getUsers:401:SESSION_REVOKED",
        exit: 24,
        says: &["ended on another device", "then: takeout-export login"],
        was_opened: false,
    },
    Case {
        fault: "rpc-error=account.initTakeoutSession:401:AUTH_KEY_UNREGISTERED",
        exit: 3,
        says: &["now: takeout-export login"],
        was_opened: false,
    },
];

fn add(world: &World, fault: &str) {
    world.server.add_fault(fault.parse::<FaultRule>().unwrap()).unwrap();
}

#[test]
fn every_fault_has_its_exit_code_and_leaves_nothing() {
    let mut world = World::logged_in();
    for case in CASES {
        add(&world, case.fault);
        let ran = run(&mut world.export()).fails(case.exit, case.says[0]);
        assert!(case.says.iter().all(|text| ran.stderr.contains(text)), "{}: {ran:?}", case.fault);
        let ends: &[bool] = if case.was_opened { &[false] } else { &[] };
        assert_eq!(world.takeout_ends(), ends, "{}", case.fault);
        world.assert_nothing_is_left();
        world.exports_well();
    }
}

/// Telegram's own words: such a key is given up only when it is more than a minute old.
#[test]
fn a_key_of_a_moment_ago_that_the_server_does_not_know_yet_is_no_reason_to_log_in_again() {
    let mut world = World::logged_in();
    add(&world, "rpc-error=auth.bindTempAuthKey:400:ENCRYPTED_MESSAGE_INVALID");
    world.exports_well();
}

#[test]
fn another_export_that_takes_over_is_exit_code_9() {
    let mut world = World::logged_in();
    add(&world, "takeout-taken-over=contacts.getContacts");
    run(&mut world.export()).fails(9, "another export of this account has taken over");
    world.assert_nothing_is_left();
    // the session that took over is nobody's here
    world.events();
    add(&world, "takeout-taken-over=contacts.getContacts*");
    run(world.export().arg("--take-over")).fails(9, "another export of this account has taken over");
    world.server.control().clear_faults();
    world.events();
    add(&world, "takeout-taken-over=contacts.getContacts");
    run(world.export().arg("--take-over")).succeeds();
    fs::remove_dir_all(world.out()).unwrap();
    world.events();
    world.exports_well();
}

#[test]
fn a_takeout_session_that_the_server_forgets_is_opened_again_but_not_for_ever() {
    let mut world = World::logged_in();
    add(&world, "rpc-error=contacts.getSaved:403:TAKEOUT_REQUIRED*2");
    run(&mut world.export()).succeeds();
    assert_eq!(takeouts(&mut world), ["opened", "opened", "opened", "finished"]);
    add(&world, "rpc-error=contacts.getSaved:403:TAKEOUT_REQUIRED*");
    run(world.export().arg("--force")).fails(7, "TAKEOUT_REQUIRED");
    assert_eq!(takeouts(&mut world), ["opened", "opened", "opened", "given up"]);
}

#[test]
fn a_server_that_fails_for_ever_is_exit_code_7_and_a_long_pause_ends_with_ctrl_c() {
    let mut world = World::logged_in();
    add(&world, "rpc-error=contacts.getStatuses:500:RPC_CALL_FAIL*");
    run(&mut world.export()).fails(7, "RPC_CALL_FAIL");
    assert_eq!(world.takeout_ends(), [false]);
    world.server.control().clear_faults();

    add(&world, "flood-wait=contacts.getStatuses:200");
    let mut running = Running::start(&mut world.export());
    running.wait_for("Telegram asks for a pause (FLOOD_WAIT): going on in 4 min");
    let start = Instant::now();
    running.signal("INT");
    running.end().fails(130, "error: interrupted");
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    assert_eq!(world.takeout_ends(), [false]);

    world.server.control().clear_faults();
    for flood in ["FLOOD_PREMIUM_WAIT_11", "SLOWMODE_WAIT_11"] {
        add(&world, &format!("rpc-error=contacts.getStatuses:420:{flood}"));
        run(world.export().args(["--max-wait", "10"])).fails(13, "(in 11 s)");
        assert_eq!(world.takeout_ends(), [false]);
    }
    add(&world, "flood-wait=contacts.getStatuses:2");
    run(world.export().args(["--max-wait", "2"])).succeeds();
}

#[test]
fn a_server_that_closes_again_and_again_is_tried_more_often_than_a_first_connection() {
    let mut world = World::logged_in();
    add(&world, "close-in-reply=contacts.getSaved*7");
    let ran = run(&mut world.export()).succeeds();
    assert!(ran.stderr.contains("the server has closed the connection: trying again"), "{ran:?}");
    assert_eq!(takeouts(&mut world), ["opened", "finished"]);
}

#[test]
fn a_server_that_does_not_come_back_is_exit_code_5_after_two_minutes_and_each_attempt_is_told() {
    let world = World::logged_in();
    add(&world, "delay=contacts.getSaved:60000");
    let (mut running, start) = (Running::start(&mut world.export()), Instant::now());
    running.wait_for("asking for the saved contacts");
    let folder = world.end_server();
    running.wait_for("cannot connect to 127.0.0.1:");
    std::thread::sleep(Duration::from_secs(100));
    let ran = running.end().fails(5, "now: check the network and run the command again; nothing was lost");
    let took = start.elapsed().as_secs();
    assert!((120..160).contains(&took), "{took} s: {ran:?}");
    assert!(ran.stderr.contains("  because: cannot connect to 127.0.0.1:"), "{ran:?}");
    assert!(ran.stderr.contains("the next command with this session ends it"), "{ran:?}");
    assert!(ran.stderr.contains(": trying again in "), "a long pause has a length: {ran:?}");
    assert_eq!(names_in(&folder.path().join("exports")), [""; 0]);
}

/// What became of takeout sessions since the last look.
fn takeouts(world: &mut World) -> Vec<&'static str> {
    let told = |event: &Event| match event {
        Event::TakeoutOpened { .. } => Some("opened"),
        Event::TakeoutFinished { success: false, .. } => Some("given up"),
        Event::TakeoutFinished { success: true, .. } => Some("finished"),
        _ => None,
    };
    world.events().iter().filter_map(told).collect()
}

#[test]
fn an_end_that_the_server_does_not_confirm_is_said_and_made_up_for() {
    let mut world = World::logged_in();
    add(&world, "rpc-error=account.finishTakeoutSession:400:PEER_ID_INVALID");
    let ran = run(&mut world.export()).succeeds();
    assert!(ran.stdout.contains("warning: the server did not confirm"), "{ran:?}");
    assert_eq!(world.manifest()["takeout"]["result"], "not_confirmed");
    assert_eq!(takeouts(&mut world), ["opened"]);
    // all was safe on disk, so the late end is one with success
    run(world.export().arg("--force")).succeeds();
    assert_eq!(takeouts(&mut world), ["finished", "opened", "finished"]);
    assert_eq!(world.manifest()["takeout"]["result"], "finished");
}

#[test]
fn a_server_that_is_gone_is_exit_code_5() {
    let world = World::logged_in();
    let mut export = world.export();
    let folder = world.end_server();
    run(&mut export).fails(5, "now: check the network");
    assert_eq!(names_in(&folder.path().join("exports")), [""; 0]);
}

#[test]
fn a_connection_that_breaks_once_heals() {
    let mut world = World::logged_in();
    for method in ["contacts.getSaved", "contacts.getContacts", "account.finishTakeoutSession"] {
        add(&world, &format!("close-in-reply={method}"));
        world.exports_well();
    }
}

#[test]
fn what_is_refused_inside_of_the_takeout_session_is_asked_outside_and_the_manifest_says_so() {
    let mut world = World::logged_in();
    add(&world, "rpc-error=contacts.getContacts:400:METHOD_INVALID");
    run(&mut world.export()).succeeds();
    assert_eq!(world.takeout_ends(), [true]);
    assert_eq!(world.manifest()["takeout"]["called_outside"], serde_json::json!(["contacts.getContacts"]));
}

#[test]
fn a_name_that_is_not_utf8_is_replaced_counted_and_no_reason_to_fail() {
    let mut world = World::logged_in();
    add(&world, "broken-utf8=contacts.getSaved");
    let ran = run(&mut world.export()).succeeds();
    assert!(ran.stdout.contains("warning: some texts are not UTF-8"), "{ran:?}");
    assert_eq!(world.takeout_ends(), [true]);

    let counted = world.manifest()["replaced_characters"].clone();
    let counted: u64 = counted.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    let in_truth: usize =
        world.server.truth().saved.iter().map(|saved| replacements(&saved.first_name)).sum();
    let rows = rows::read_parquet(&world.out());
    let in_rows: usize = rows.iter().filter_map(|row| row.text("saved_first_name")).map(replacements).sum();
    assert!(counted > 0);
    assert_eq!(u64::try_from(in_rows - in_truth).unwrap(), counted);
    let named = world.manifest()["replaced_in_rows"]["saved_first_name"].clone();
    let named: Vec<usize> = serde_json::from_value(named).unwrap();
    assert!(
        !named.is_empty()
            && named.iter().all(|row| replacements(rows[*row].text("saved_first_name").unwrap()) > 0)
    );
    fs::remove_dir_all(world.out()).unwrap();
    world.exports_well();
}

fn replacements(text: &str) -> usize {
    text.chars().filter(|char| *char == '\u{fffd}').count()
}
