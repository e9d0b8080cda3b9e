//! `diff`, `history` and `--reuse-users`: one export after another.

use std::fs;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};
use takeout_export::export::{Fetched, Plan};
use tl_api::types;

use crate::formats::write;
use crate::program::{Ran, program, run};
use crate::replies;
use crate::world::{World, names_in};

/// An export of these people, in a folder of this name.
fn exported(folder: &Path, name: &str, saved: &[types::SavedPhoneContact], users: &[types::User]) -> PathBuf {
    let out = folder.join(name);
    write(&Fetched { replies: replies::of(saved, users), ..replies::fetched(0) }, &out, &Plan::default());
    out
}

fn two_exports(folder: &Path) -> [PathBuf; 2] {
    let (ada, bob, eve) = ("491701111111", "491702222222", "491703333333");
    let old = exported(
        folder,
        "old",
        &[replies::saved(ada, "Ada"), replies::saved(bob, "Bob"), replies::saved(eve, "Eve")],
        &[replies::user(1, Some(ada), "Ada"), replies::user(4, None, "Dan")],
    );
    let new = exported(
        folder,
        "new",
        &[
            replies::saved(ada, "Ada L."),
            replies::saved(bob, "Bob"),
            replies::saved("49170", "Zoe\u{1b}[31m"),
        ],
        &[
            replies::user(1, Some(ada), "Ada"),
            replies::user(2, Some(bob), "Bob"),
            replies::user(4, None, "Dan"),
        ],
    );
    [old, new]
}

fn diff(old: &Path, new: &Path, arguments: &[&str]) -> Ran {
    run(program(&["diff"]).arg(old).arg(new).args(arguments))
}

#[test]
fn the_changes_are_told_in_words_json_and_parquet() {
    let folder = tempfile::tempdir().unwrap();
    let [old, new] = two_exports(folder.path());
    let text = diff(&old, &new, &[]).succeeds().stdout;
    for line in [
        "added (1)\n  Zoe\\u{1b}[31m, 49170\n",
        "removed (1)\n  Eve, 491703333333\n",
        "renamed (1)\n  Ada → Ada L., 491701111111, id 1\n",
        "joined_telegram (1)\n  Bob, 491702222222, id 2\n",
        "4 changes\n",
    ] {
        assert!(text.contains(line), "{line:?} not in {text}");
    }

    let changes = folder.path().join("changes.parquet");
    let arguments = ["--json", "--parquet", changes.to_str().unwrap()];
    let found = diff(&old, &new, &arguments).succeeds().json();
    let counts = json!({
        "added": 1, "removed": 1, "renamed": 1, "phone_changed": 0, "joined_telegram": 1, "left_telegram": 0,
        "became_mutual": 0, "no_longer_mutual": 0,
    });
    assert_eq!(found["counts"], counts);
    let of = |kind: &str| {
        found["changes"].as_array().unwrap().iter().find(|change| change["change"] == kind).unwrap().clone()
    };
    let joined = of("joined_telegram");
    assert_eq!((&joined["user_id"], &joined["phone_after"]), (&json!(2), &json!("491702222222")));
    assert_eq!(of("removed")["name_after"], Value::Null);

    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&changes).unwrap()).unwrap();
    let batch = reader.build().unwrap().next().unwrap().unwrap();
    let kinds: Vec<_> = batch.column(0).as_string::<i32>().iter().flatten().collect();
    let in_json: Vec<_> = found["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["change"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, in_json);
    // somebody's file is not written over
    diff(&old, &new, &["--parquet", changes.to_str().unwrap()]).fails(11, "changes.parquet");

    // backwards it is the opposite, and archives will do as well as folders
    let back = diff(&new.join("archive.tkx"), &old.join("archive.tkx"), &["--json"]).succeeds().json();
    assert_eq!((&back["counts"]["left_telegram"], &back["counts"]["added"]), (&json!(1), &json!(1)));
}

#[test]
fn nothing_changed_can_be_told_from_something_by_the_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let [old, new] = two_exports(folder.path());
    let same = diff(&old, &old, &["--exit-code"]).succeeds();
    assert_eq!(same.stdout, "nothing changed\n");
    let other = diff(&old, &new, &["--exit-code"]);
    assert_eq!(other.exit, 21);
    assert!(other.stdout.ends_with("4 changes\n"), "{other:?}");
}

#[test]
fn a_history_grows_day_by_day() {
    let mut world = World::logged_in();
    let history = world.path("history");
    let export = |world: &World| {
        let mut command = world.command("export");
        command.arg("--history").arg(&history);
        command
    };
    let said = run(export(&world).arg("--json")).succeeds().json();
    assert_eq!(world.takeout_ends(), [true]);
    let account_id = world.server.truth().account.user_id;
    let account = history.join(format!("account_id={account_id}"));
    let day = names_in(&account).remove(0);
    assert!(day.starts_with("export_date=20"), "{day}");
    assert_eq!(said["folder"].as_str(), account.join(&day).to_str());
    // the same day again needs --force
    run(&mut export(&world)).fails(10, "--force");

    // another day, from an archive: the layout is that of the archive's own date
    let saved = [replies::saved("491701111111", "Ada")];
    let fetched = Fetched { replies: replies::of(&saved, &[]), account_id, ..replies::fetched(0) };
    let other = world.path("other");
    write(&fetched, &other, &Plan::default());
    run(program(&["convert"]).arg(&other).arg("--history").arg(&history)).succeeds();
    assert_eq!(names_in(&account), ["export_date=2024-06-30", &day]);
    let header = fs::read_to_string(account.join("export_date=2024-06-30/contacts.csv")).unwrap();
    assert!(!header.contains("account_id"), "the path says it");

    let listed = run(program(&["history"]).arg(&history).arg("--json")).succeeds().json();
    let exports = listed["exports"].as_array().unwrap();
    assert_eq!(exports.len(), 2);
    assert_eq!((&exports[0]["rows"], &exports[0]["changes"]), (&json!(1), &Value::Null));
    assert_eq!(exports[1]["changes"]["removed"], 1);
    assert_eq!(exports[1]["changes"]["added"], exports[1]["rows"]);
    let text = run(program(&["history"]).arg(&history)).succeeds().stdout;
    assert!(text.contains("2024-06-30        1 person\n") && text.contains(" added  1 removed\n"), "{text}");
}

#[test]
fn users_are_reused_only_on_wish_and_only_if_nobody_came_or_went() {
    let mut world = World::logged_in();
    let first = world.path("first");
    run(world.command("export").arg("--out").arg(&first)).succeeds();
    let again = |world: &World, out: &str, earlier: &Path| {
        run(world
            .command("export")
            .arg("--out")
            .arg(world.path(out))
            .arg("--reuse-users")
            .arg(earlier)
            .arg("--json"))
    };
    let reused = again(&world, "second", &first).succeeds().json()["manifest"].clone();
    let received_at = &reused["reused"]["received_at"];
    assert_eq!(reused["reused"]["method"], "contacts.getContacts");
    let warnings = reused["warnings"].as_array().unwrap();
    assert!(
        warnings.iter().any(|warning| warning.as_str().unwrap().contains("--reuse-users")),
        "{warnings:?}"
    );
    let manifest = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(world.path(name).join("manifest.json")).unwrap()).unwrap()
    };
    assert_eq!(manifest("first")["counts"], manifest("second")["counts"]);
    assert!(manifest("first")["reused"].is_null());

    // a chain of them says when the users were really fetched, and so does a conversion
    let third = again(&world, "third", &world.path("second")).succeeds().json()["manifest"].clone();
    assert_eq!(&third["reused"]["received_at"], received_at);
    let converted = world.path("converted");
    run(program(&["convert"]).arg(world.path("third")).arg("--out").arg(&converted)).succeeds();
    assert_eq!(&manifest("converted")["reused"]["received_at"], received_at);

    // other ids: the server sends the full list, and nothing is reused
    let account_id = world.server.truth().account.user_id;
    let saved = [replies::saved("491701111111", "Ada")];
    let fetched = Fetched { replies: replies::of(&saved, &[]), account_id, ..replies::fetched(0) };
    let other = world.path("other");
    write(&fetched, &other, &Plan::default());
    let full = again(&world, "fourth", &other).succeeds().json()["manifest"].clone();
    assert!(full["reused"].is_null() && full["counts"] == reused["counts"]);

    // another account's users are not this one's
    let foreign = Fetched { account_id: account_id + 1, ..fetched };
    let theirs = world.path("theirs");
    write(&foreign, &theirs, &Plan::default());
    again(&world, "fifth", &theirs).fails(2, "of another account");
    assert!(!world.path("fifth").exists());
    assert_eq!(world.takeout_ends(), [true; 4]);
}

#[test]
fn encrypted_archives_are_read_with_their_key_wherever_exports_are() {
    use age::secrecy::ExposeSecret;

    let world = World::logged_in();
    let key = age::x25519::Identity::generate();
    let keys = world.path("keys");
    fs::write(&keys, key.to_string().expose_secret()).unwrap();
    let sealed = ["--format", "csv", "--encrypt", &key.to_public().to_string()];
    let [first, second, history] = ["first", "second", "history"].map(|name| world.path(name));
    run(world.command("export").arg("--out").arg(&first).args(sealed)).succeeds();

    let with_key =
        |command: &mut std::process::Command| run(command.arg("--identity").arg(&keys).arg("--json"));
    let again = || {
        let mut command = world.command("export");
        command.arg("--out").arg(&second).arg("--reuse-users").arg(&first).args(sealed);
        command
    };
    run(&mut again()).fails(2, "--identity FILE");
    let reused = with_key(&mut again()).succeeds().json();
    assert_eq!(reused["manifest"]["reused"]["method"], "contacts.getContacts");

    let compare = || {
        let mut command = program(&["diff"]);
        command.arg(&first).arg(&second);
        command
    };
    run(&mut compare()).fails(2, "--identity FILE");
    assert_eq!(with_key(&mut compare()).succeeds().json()["changes"], json!([]));

    let mut convert = program(&["convert"]);
    with_key(convert.arg(&first).arg("--history").arg(&history).args(sealed)).succeeds();
    run(program(&["history"]).arg(&history)).fails(2, "--identity FILE");
    let listed = with_key(program(&["history"]).arg(&history)).succeeds().json();
    assert_eq!(listed["exports"][0]["rows"], reused["manifest"]["counts"]["rows"]);
}
