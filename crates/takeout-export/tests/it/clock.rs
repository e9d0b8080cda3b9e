//! The whole program under a wall clock that somebody sets back or ahead while it waits for Telegram's permission.
#![expect(clippy::print_stdout, reason = "why a test is left out")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::program::{Running, program, run};
use crate::world::World;

const DAY_SECS: i64 = 86_400;

/// A data centre whose clock is right, where an export has to wait, and a clock for the program.
struct Clockwork {
    world: World,
    library: PathBuf,
}

impl Clockwork {
    /// `None` where there is no C compiler.
    fn delayed_by(secs: u32) -> Option<Self> {
        let config = testdc::Config { contacts: 20, takeout_delay_secs: Some(secs), ..Default::default() };
        let world = World::new(config);
        let library = world.path("offset.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/clock/offset.c");
        let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).status();
        if !built.is_ok_and(|status| status.success()) {
            println!("left out: `cc` is needed for a clock of the program's own");
            return None;
        }
        let clockwork = Self { world, library };
        clockwork.set(0);
        run(&mut clockwork.world.login()).succeeds();
        Some(clockwork)
    }

    fn file(&self) -> PathBuf {
        self.world.path("offset")
    }

    /// The clock is wrong by so much from now on.
    fn set(&self, offset_secs: i64) {
        let unfinished = self.world.path("offset.new");
        fs::write(&unfinished, offset_secs.to_string()).unwrap();
        fs::rename(unfinished, self.file()).unwrap();
    }

    fn with_clock(&self, mut command: Command) -> Command {
        command.env("LD_PRELOAD", &self.library).env("CLOCK_OFFSET_FILE", self.file());
        command
    }

    fn status(&self) -> serde_json::Value {
        let mut status = self.with_clock(program(&["status", "--json", "--session"]));
        run(status.arg(self.world.session())).succeeds().json()["sessions"][0].clone()
    }
}

#[test]
fn a_clock_that_is_set_while_the_program_waits_keeps_nobody_waiting() {
    for offset_secs in [-DAY_SECS, DAY_SECS] {
        let Some(mut clockwork) = Clockwork::delayed_by(3) else { return };
        let mut export = clockwork.with_clock(clockwork.world.export());
        let start = Instant::now();
        let mut running = Running::start(export.arg("--wait"));
        running.wait_for("Telegram holds this export back until 20");
        clockwork.set(offset_secs);
        running.end().succeeds();
        assert!(start.elapsed() < Duration::from_secs(20), "{offset_secs}: {:?}", start.elapsed());
        assert_eq!(clockwork.world.takeout_ends(), [true]);
        assert_eq!(clockwork.status()["takeout"], "none");
    }
}

#[test]
fn a_clock_that_is_set_between_two_runs_does_not_hide_that_the_wait_is_over() {
    let delay_secs = 8;
    for offset_secs in [-2 * DAY_SECS, 2 * DAY_SECS] {
        let Some(mut clockwork) = Clockwork::delayed_by(delay_secs) else { return };
        let told = |clockwork: &Clockwork| {
            run(&mut clockwork.with_clock(clockwork.world.export())).fails(8, "wait until 20")
        };
        told(&clockwork);
        clockwork.set(offset_secs);
        // the clock is not asked whether the wait is over: too early is too early, by either clock
        told(&clockwork);
        assert_eq!(clockwork.status()["takeout"], "delayed");
        std::thread::sleep(Duration::from_secs(delay_secs.into()));
        run(&mut clockwork.with_clock(clockwork.world.export())).succeeds();
        assert_eq!(clockwork.world.takeout_ends(), [true]);
    }
}

/// As soon as a key is a minute old, a server that does not know it will not come to.
#[test]
fn a_key_that_the_server_has_forgotten_is_given_up_when_it_is_a_minute_old() {
    let Some(Clockwork { world, library }) = Clockwork::delayed_by(1) else { return };
    let world = world.restarted(testdc::Config::default());
    let clockwork = Clockwork { world, library };
    clockwork.set(61);
    let mut export = clockwork.with_clock(clockwork.world.export());
    run(&mut export).fails(3, "now: takeout-export login");
}
