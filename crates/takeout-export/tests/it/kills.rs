//! kill -9 at random moments of a login and of an export: the next start works, no key is lost, no takeout session is
//! left open at the server, and no output is half written.
//!
//! A sample here; `cargo xtask sweep kills` runs 200 and prints what was hit.
#![expect(clippy::print_stdout, reason = "the figures of the sweep")]

use std::env;
use std::fs;
use std::time::{Duration, Instant};

use testdc::Event;

use crate::program::{Running, run};
use crate::world::{World, names_in};

/// How many of each.
const SAMPLE: u64 = 4;
/// The moments are the same in every run of the same size.
const SEED: u64 = 5;

fn count() -> u64 {
    env::var("TAKEOUT_EXPORT_KILLS")
        .ok()
        .and_then(|text| text.parse().ok())
        .map_or(SAMPLE, |all: u64| all / 2)
}

/// splitmix64, Steele, Lea and Flood 2014
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A moment of a command that takes so long.
fn moment(state: &mut u64, whole: Duration) -> Duration {
    let micros = u64::try_from(whole.as_micros()).unwrap();
    Duration::from_micros(random(state) % micros.max(1))
}

#[test]
fn a_login_that_dies_leaves_a_key_that_is_used_or_none() {
    let mut world = World::small();
    let start = Instant::now();
    run(&mut world.login()).succeeds();
    let whole = start.elapsed();
    run(&mut world.command("logout")).succeeds();
    world.events();

    let (mut state, mut killed, mut resumed) = (SEED, 0, 0);
    for turn in 0..count() {
        let pause = moment(&mut state, whole);
        killed += u64::from(Running::start(&mut world.login()).kill_after(pause));
        let again = run(world.login().arg("--json")).succeeds().json();
        resumed += u64::from(again["already"] == true);
        let logins = world.events().iter().filter(|event| matches!(event, Event::Login { .. })).count();
        assert_eq!(logins, 1, "turn {turn}, after {pause:?}: a key that was logged in was lost");
        run(&mut world.command("logout")).succeeds();
        world.events();
        let phone = &world.server.truth().account.phone;
        assert_eq!(world.server.control().state(phone).unwrap().sessions, 0, "turn {turn}");
        assert!(!names_in(world.folder.path()).iter().any(|name| name == "account.session"));
    }
    println!(
        "logins: {} turns, {killed} killed on the way, {resumed} found logged in by the next start",
        count()
    );
}

#[test]
fn an_export_that_dies_leaves_nothing_open_and_nothing_half() {
    let mut world = World::logged_in();
    let start = Instant::now();
    world.exports_well();
    let whole = start.elapsed();
    let all = ["archive.tkx", "contacts.csv", "contacts.parquet", "manifest.json"];

    let (mut state, mut killed, mut open, mut had_files) = (SEED, 0, 0, 0);
    for turn in 0..count() {
        let pause = moment(&mut state, whole);
        killed += u64::from(Running::start(&mut world.export()).kill_after(pause));
        let phone = world.server.truth().account.phone.clone();
        let is_open = |world: &World| !world.server.control().state(&phone).unwrap().open_takeouts.is_empty();
        open += u64::from(is_open(&world));
        if world.out().join("manifest.json").exists() {
            // a manifest makes an export: then all of it is there
            had_files += 1;
            let names = names_in(&world.out());
            assert!(all.iter().all(|name| names.iter().any(|found| found == name)), "turn {turn}: {names:?}");
        }
        run(world.export().arg("--force")).succeeds();
        assert!(!is_open(&world), "turn {turn}, after {pause:?}: a takeout session is left open");
        assert_eq!(names_in(&world.out()), all, "turn {turn}, after {pause:?}");
        assert_eq!(names_in(world.out().parent().unwrap()), ["mine"], "turn {turn}, after {pause:?}");
        assert_eq!(world.manifest()["takeout"]["result"], "finished");
        fs::remove_dir_all(world.out()).unwrap();
    }
    println!(
        "exports: {} turns, {killed} killed on the way, {open} with a takeout session open then, {had_files} complete",
        count()
    );
}
