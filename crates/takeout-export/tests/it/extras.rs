//! `--notes`, `--birthdays`, `--resolve-phones`, `--top-peers`: what is asked, what comes of it, and where it goes on.

use std::collections::HashSet;
use std::path::PathBuf;

use serde_json::Value;

use crate::program::{Ran, run};
use crate::rows::{Row, read_parquet};
use crate::world::World;

const COLUMNS: [&str; 9] = [
    "note",
    "birthday_day",
    "birthday_month",
    "birthday_year",
    "resolve_outcome",
    "resolved_user_id",
    "top_correspondent",
    "top_phone_call",
    "top_inline_bot",
];

fn world() -> World {
    let world = World::new(testdc::Config { contacts: 90, saved_only: 12, ..testdc::Config::default() });
    run(&mut world.login()).succeeds();
    world
}

fn export(world: &World, name: &str, options: &[&str]) -> (PathBuf, Ran) {
    let folder = world.path(name);
    let mut command = world.command("export");
    command.args(["--extras-pace-millis", "0", "--json"]).args(options).arg("--out").arg(&folder);
    (folder, run(&mut command).succeeds())
}

fn answers(world: &World) -> PathBuf {
    world.path("account.session.answers")
}

fn ids(rows: &[Row], column: &str) -> HashSet<i64> {
    rows.iter().filter_map(|row| row.number(column)).collect()
}

fn outcomes<'r>(rows: &'r [Row], wanted: &str) -> Vec<&'r Row> {
    rows.iter().filter(|row| row.text("resolve_outcome") == Some(wanted)).collect()
}

#[test]
fn nothing_is_asked_unless_it_is_wanted() {
    let world = world();
    let (folder, _) = export(&world, "plain", &[]);
    for row in read_parquet(&folder) {
        assert!(COLUMNS.iter().all(|column| row.text(column).is_none()));
    }
    assert!(!answers(&world).exists());
}

#[test]
fn the_program_keeps_the_pace_and_says_how_long_it_takes() {
    let world = World::new(testdc::Config { contacts: 2, saved_only: 1, ..testdc::Config::default() });
    run(&mut world.login()).succeeds();
    let folder = world.path("slow");
    let start = std::time::Instant::now();
    let mut command = world.command("export");
    let ran = run(command.args(["--birthdays", "--resolve-phones", "--out"]).arg(&folder)).succeeds();
    let took = start.elapsed();
    let asked = |outcome: &str| outcomes(&read_parquet(&folder), outcome).len();
    let numbers = asked("found") + asked("not_found_or_hidden");
    let line = format!("asking for {numbers} numbers, which takes about {} s", 3 * numbers);
    assert!(ran.stderr.contains("asking for 2 profiles, which takes about 2 s\n"), "{ran:?}");
    assert!(numbers == 0 || ran.stderr.contains(&line), "{line:?} not in {ran:?}");
    let pauses = 1 + 3 * numbers.saturating_sub(1);
    let pauses = std::time::Duration::from_secs(u64::try_from(pauses).unwrap());
    assert!(took >= pauses, "{took:?} for {numbers} numbers");
}

#[test]
fn notes_and_birthdays_come_from_the_profiles() {
    let world = world();
    let truth = world.server.truth();
    let someone = truth.users.iter().find(|user| user.username.is_some() && !user.deleted).unwrap();
    let name = format!("@{}", someone.username.as_ref().unwrap());
    let mut note =
        world.command_on(&["contacts", "note", &name, "choir; alto,\nsecond row"], &world.session());
    run(note.arg("--yes")).succeeds();

    let formats = "parquet,vcard,vcard3,google,outlook";
    let (folder, _) = export(&world, "both", &["--notes", "--birthdays", "--format", formats]);
    let rows = read_parquet(&folder);
    for row in rows.iter().filter(|row| row.text("first_name").is_some()) {
        let id = row.number("user_id").unwrap();
        // the data centre's rule: crates/testdc/src/directory.rs
        let expected = (id % 3 == 0).then(|| (1 + id / 11 % 28, 1 + id / 13 % 12));
        let found = row.number("birthday_day").zip(row.number("birthday_month"));
        assert_eq!(found, expected, "{id}");
        assert_eq!(row.number("birthday_year").is_some(), id % 6 == 0, "{id}");
        let note = (id == someone.id).then_some("choir; alto,\nsecond row");
        assert_eq!(row.text("note"), note, "{id}");
    }
    assert!(ids(&rows, "birthday_day").len() > 3);
    assert!(!answers(&world).exists(), "the export holds the answers now");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    for cards in [read("contacts.vcf"), read("contacts-v3.vcf")] {
        assert!(cards.contains("NOTE:choir\\; alto\\,\\nsecond row\r\n"), "{cards}");
    }
    let with_birthday = rows.iter().filter(|row| row.text("birthday_day").is_some()).count();
    assert_eq!(read("contacts.vcf").matches("\r\nBDAY:").count(), with_birthday);
    let with_year = rows.iter().filter(|row| row.text("birthday_year").is_some()).count();
    assert!(read("contacts-v3.vcf").matches("\r\nBDAY:").count() == with_year && with_year > 0);
    for name in ["contacts-google.csv", "contacts-outlook.csv"] {
        assert!(read(name).contains("choir; alto,\nsecond row"), "{name}");
    }

    // one of the two alone fills its own columns alone, and an archive gives the same again
    let (alone, _) = export(&world, "alone", &["--birthdays"]);
    let alone = read_parquet(&alone);
    assert_eq!(ids(&alone, "birthday_day"), ids(&rows, "birthday_day"));
    assert!(alone.iter().all(|row| row.text("note").is_none()));
    let again = world.path("again");
    let mut convert = crate::program::program(&["convert"]);
    run(convert.arg(&folder).arg("--out").arg(&again)).succeeds();
    let bytes = |folder: &PathBuf| std::fs::read(folder.join("contacts.parquet")).unwrap();
    assert_eq!(bytes(&again), bytes(&folder));
}

#[test]
fn numbers_of_people_who_hide_them_are_resolved_as_far_as_they_allow() {
    let world = world();
    let (folder, _) = export(&world, "numbers", &["--resolve-phones"]);
    let rows = read_parquet(&folder);
    let truth = world.server.truth();
    let found = outcomes(&rows, "found");
    let mut joined = 0;
    for row in &found {
        // the data centre's rule: an even id lets itself be found, and whoever shows the number
        let id = row.number("resolved_user_id").unwrap();
        let user = truth.users.iter().find(|user| user.id == id).unwrap();
        let is_one_of_several = row.text("match_group").is_some();
        assert!(if user.phone.is_none() { id % 2 == 0 } else { is_one_of_several }, "{id}");
        // who hides the number and is a contact is one person with the saved record from now on
        if !is_one_of_several {
            assert_eq!((row.text("source"), row.number("user_id")), (Some("both"), Some(id)));
            assert_eq!((row.text("match_method"), row.text("user_phone")), (Some("resolve_phone"), None));
            joined += 1;
        }
    }
    assert!(joined > 0);
    let manifest = manifest_of(&folder);
    let [all, both] = [&manifest["counts"], &manifest["counts"]["rows_by_source"]];
    let count = |of: &Value, name: &str| of[name].as_u64().unwrap();
    assert_eq!(count(all, "rows"), count(all, "saved") + count(all, "contacts") - count(both, "both"));
    assert_eq!(usize::try_from(count(all, "rows")).unwrap(), rows.len());
    // beside an export that did not ask, they have joined
    let (plain, _) = export(&world, "plain", &[]);
    let mut diff = crate::program::program(&["diff", "--json"]);
    let changes = run(diff.arg(&plain).arg(&folder)).succeeds().json();
    let changes = changes["changes"].as_array().unwrap().iter();
    let kinds = changes.map(|change| change["change"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(kinds.iter().filter(|kind| **kind == "joined_telegram").count(), joined, "{kinds:?}");
    assert!(!kinds.contains(&"added") && !kinds.contains(&"removed"), "{kinds:?}");
    assert!(outcomes(&rows, "not_found_or_hidden").len() >= 12);
    for row in &rows {
        let is_asked = row.text("resolve_outcome").is_some();
        let is_joined = row.text("match_method") == Some("resolve_phone");
        assert_eq!(is_asked, row.text("source") == Some("saved") || is_joined);
        assert!(row.text("resolved_user_id").is_none() || row.text("resolve_outcome") == Some("found"));
    }
    assert!(outcomes(&rows, "flood_stopped").is_empty());
    let without = outcomes(&rows, "not_asked");
    assert!(!without.is_empty() && without.iter().all(|row| row.text("phone_e164").is_none()));
}

#[test]
fn top_peers_have_their_ratings() {
    let world = world();
    let (folder, _) = export(&world, "top", &["--top-peers"]);
    let rows = read_parquet(&folder);
    let mut shown = world.command_on(&["contacts", "top-peers", "--json"], &world.session());
    let shown = run(&mut shown).succeeds().json();
    let shown = shown["rows"].as_array().unwrap().iter();
    let expected = shown.map(|row| row["user_id"].as_i64().unwrap()).collect::<HashSet<_>>();
    let rated = rows.iter().filter(|row| row.text("top_correspondent").is_some());
    assert_eq!(rated.map(|row| row.number("user_id").unwrap()).collect::<HashSet<_>>(), expected);
    assert!(!expected.is_empty());
}

#[test]
fn a_long_wait_ends_the_questions_and_the_next_run_goes_on_from_there() {
    let world = world();
    // the sixth number has to wait for a day
    let control = world.server.control();
    let rule = "flood-wait=contacts.resolvePhone:86400*".parse::<testdc::FaultRule>().unwrap();
    let (folder, _) = export(&world, "all", &["--resolve-phones"]);
    let all = read_parquet(&folder);

    control.add_fault(rule).unwrap();
    let (folder, ran) = export(&world, "stopped", &["--resolve-phones", "--notes"]);
    let stopped = read_parquet(&folder);
    assert!(outcomes(&stopped, "flood_stopped").len() >= 12 && outcomes(&stopped, "found").is_empty());
    assert!(ran.json().to_string().contains("FLOOD_WAIT_86400"), "{ran:?}");
    let kept = std::fs::read_to_string(answers(&world)).unwrap().lines().count();
    assert!(kept > 50, "the profiles were asked for before: {kept}");

    // whoever was asked is not asked again: profiles cannot be looked at any more
    control.clear_faults();
    control.add_fault("flood-wait=users.getFullUser:86400*".parse::<testdc::FaultRule>().unwrap()).unwrap();
    let (folder, ran) = export(&world, "resumed", &["--resolve-phones", "--notes"]);
    let resumed = read_parquet(&folder);
    let words = |rows: &[Row]| {
        rows.iter().map(|row| row.text("resolve_outcome").map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(words(&resumed), words(&all));
    let warnings = ran.json();
    assert!(!warnings.to_string().contains("FLOOD_WAIT"), "{warnings}");
    assert!(!answers(&world).exists());
    assert_eq!(manifest_of(&folder)["counts"]["rows"], manifest_of(&world.path("all"))["counts"]["rows"]);
}

fn manifest_of(folder: &std::path::Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).unwrap()).unwrap()
}

#[test]
fn what_was_answered_before_a_crash_is_not_lost_and_goes_with_the_session() {
    let world = world();
    let control = world.server.control();
    control
        .add_fault("rpc-error=contacts.resolvePhone:406:NOT_NOW*".parse::<testdc::FaultRule>().unwrap())
        .unwrap();
    let mut command = world.command("export");
    command.args(["--extras-pace-millis", "0", "--notes", "--resolve-phones"]);
    command.arg("--out").arg(world.path("lost"));
    run(&mut command).fails(7, "NOT_NOW");
    assert!(std::fs::read_to_string(answers(&world)).unwrap().lines().count() > 50);
    control.clear_faults();
    run(&mut world.command("logout")).succeeds();
    assert!(!answers(&world).exists());
}
