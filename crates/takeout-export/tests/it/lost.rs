//! A row that is missing from the output: noticed before anybody takes the files for the whole address book.
#![expect(clippy::print_stdout, reason = "why a test is left out")]

use std::process::Command;

use crate::program::run;
use crate::world::World;

#[test]
fn a_row_that_a_reader_does_not_find_ends_the_export_with_a_code_of_its_own() {
    let mut world = World::logged_in();
    world.takeout_ends();
    let library = world.path("one_line_less.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/lost/one_line_less.c");
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).status();
    if !built.is_ok_and(|status| status.success()) {
        println!("left out: `cc` is needed for a reader that finds less");
        return;
    }
    let mut export = world.export();
    let ran = run(export.args(["--format", "jsonl"]).env("LD_PRELOAD", &library));
    let ran = ran.fails(12, "the rows do not add up to the address book");
    assert!(ran.stderr.contains("because: contacts.jsonl holds "), "{ran:?}");
    assert!(ran.stderr.contains("now: nothing was left behind"), "{ran:?}");
    assert_eq!(world.takeout_ends(), [false], "Telegram is not told of success");
    world.assert_nothing_is_left();
    world.exports_well();
}
