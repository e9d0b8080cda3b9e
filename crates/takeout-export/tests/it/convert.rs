//! The archive: written by an export, and every file written again from it.

use std::fs;
use std::path::Path;

use crate::program::{Ran, program, run};
use crate::world::{World, names_in};

const ALL: &str = "parquet,csv,jsonl,arrow,vcard,vcard3,google,outlook,html,green-api";

fn demo(out: &Path, arguments: &[&str]) -> Ran {
    let mut command = program(&["demo", "--contacts", "40", "--saved-only", "9", "--seed", "3", "--out"]);
    run(command.arg(out).args(arguments)).succeeds()
}

fn convert(archive: &Path, out: &Path, arguments: &[&str]) -> Ran {
    run(program(&["convert"]).arg(archive).arg("--out").arg(out).args(arguments))
}

/// Every file but the manifest, which says when it was written.
fn content(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let names = names_in(folder).into_iter().filter(|name| name != "manifest.json");
    names.map(|name| (name.clone(), fs::read(folder.join(&name)).unwrap())).collect()
}

fn manifest(folder: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap()
}

#[test]
fn every_format_is_written_again_to_the_byte() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    demo(&one, &["--format", ALL]);
    assert_eq!(names_in(&one).len(), 12);
    convert(&one.join("archive.tkx"), &two, &["--format", ALL]).succeeds();
    assert_eq!(content(&one), content(&two));

    // the manifests differ in when and how, and in nothing else
    let (mut before, mut after) = (manifest(&one), manifest(&two));
    assert_eq!(
        (&before["takeout"]["result"], &after["takeout"]["result"]),
        (&"finished".into(), &"from_archive".into())
    );
    for manifest in [&mut before, &mut after] {
        manifest["takeout"]["result"].take();
        manifest["times"]["written_at"].take();
    }
    assert_eq!(before, after);

    // a folder will do, other files may be asked for, and the options of an export are those of a conversion
    let three = folder.path().join("three");
    let said = convert(&one, &three, &["--format", "vcard,vcard", "--no-raw", "--json"]).succeeds().json();
    assert_eq!(names_in(&three), ["contacts.vcf", "manifest.json"]);
    assert_eq!(said["manifest"], manifest(&three));
    convert(&one, &three, &["--with-access-hash"]).fails(10, "--force");
    convert(&one, &three, &["--with-access-hash", "--force"]).succeeds();
    assert_eq!(names_in(&three), ["archive.tkx", "contacts.csv", "contacts.parquet", "manifest.json"]);
    let header = fs::read_to_string(three.join("contacts.csv")).unwrap();
    assert!(header.lines().next().unwrap().contains(",access_hash,"));
}

#[test]
fn excel_is_for_exports_and_conversions_alike() {
    let folder = tempfile::tempdir().unwrap();
    let (out, again) = (folder.path().join("out"), folder.path().join("again"));
    demo(&out, &["--excel", "--format", "csv"]);
    convert(&out, &again, &["--excel", "--format", "csv"]).succeeds();
    let [first, second] =
        [&out, &again].map(|folder| fs::read_to_string(folder.join("contacts.csv")).unwrap());
    assert!(first.starts_with('\u{feff}') && first.contains(",'+") && first == second);
}

#[test]
fn without_raw_there_is_no_archive() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    demo(&out, &["--no-raw"]);
    assert_eq!(names_in(&out), ["contacts.csv", "contacts.parquet", "manifest.json"]);
    convert(&out, &folder.path().join("again"), &[]).fails(2, "archive.tkx");
    assert_eq!(names_in(folder.path()), ["out"]);
}

#[test]
fn an_archive_for_somebody_is_opened_by_nobody_else() {
    use age::secrecy::ExposeSecret;

    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let key = age::x25519::Identity::generate();
    demo(&out, &["--encrypt", &key.to_public().to_string()]);
    assert_eq!(names_in(&out), ["archive.tkx.age", "contacts.csv", "contacts.parquet", "manifest.json"]);
    let sealed = fs::read(out.join("archive.tkx.age")).unwrap();
    assert!(sealed.starts_with(b"age-encryption.org/v1\n"));

    let again = folder.path().join("again");
    convert(&out, &again, &[]).fails(2, "--identity FILE");
    let keys = folder.path().join("keys");
    fs::write(&keys, age::x25519::Identity::generate().to_string().expose_secret()).unwrap();
    let identity = ["--identity", keys.to_str().unwrap(), "--no-raw"];
    convert(&out, &again, &identity).fails(2, "the key that the archive was encrypted for");
    assert!(!again.exists());
    fs::write(&keys, key.to_string().expose_secret()).unwrap();
    convert(&out, &again, &identity).succeeds();
    let rows =
        |folder: &Path| ["contacts.parquet", "contacts.csv"].map(|name| fs::read(folder.join(name)).unwrap());
    assert_eq!(rows(&out), rows(&again));
}

#[test]
fn each_of_several_recipients_opens_the_archive() {
    use age::secrecy::ExposeSecret;

    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let keys = [age::x25519::Identity::generate(), age::x25519::Identity::generate()];
    let [one, other] = keys.each_ref().map(|key| key.to_public().to_string());
    demo(&out, &["--encrypt", &one, "--encrypt", &other]);
    for (name, key) in ["one", "other"].iter().zip(&keys) {
        let file = folder.path().join(format!("{name}.key"));
        fs::write(&file, key.to_string().expose_secret()).unwrap();
        let again = folder.path().join(name);
        convert(&out, &again, &["--identity", file.to_str().unwrap(), "--no-raw"]).succeeds();
        assert_eq!(names_in(&again), ["contacts.csv", "contacts.parquet", "manifest.json"]);
    }
    let program =
        program(&["demo", "--encrypt", "age1nobody", "--out"]).arg(folder.path().join("x")).output();
    assert_eq!(program.unwrap().status.code(), Some(2), "a recipient that is none");
}

#[test]
fn a_damaged_archive_is_exit_code_20_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    demo(&out, &[]);
    let whole = fs::read(out.join("archive.tkx")).unwrap();
    let path = folder.path().join("archive");
    let again = folder.path().join("again");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 0x40;
    for (content, says) in [
        (&whole[..whole.len() - 1], "the archive ends after"),
        (&flipped, "its SHA-256 is another"),
        (b"PK\x03\x04 something else", "not an archive of takeout-export"),
    ] {
        fs::write(&path, content).unwrap();
        convert(&path, &again, &[]).fails(20, says);
        assert!(!again.exists());
    }
}

#[test]
fn an_export_writes_what_the_demo_writes() {
    let world = World::logged_in();
    run(world.export().args(["--format", "jsonl,html", "--excel"])).succeeds();
    assert_eq!(names_in(&world.out()), ["archive.tkx", "contacts.html", "contacts.jsonl", "manifest.json"]);
    let again = world.path("again");
    convert(&world.out(), &again, &["--format", "jsonl,html"]).succeeds();
    assert_eq!(content(&world.out()), content(&again));
    run(world.export().args(["--format", "csv", "--excel", "--force"])).succeeds();
    let csv = fs::read_to_string(world.out().join("contacts.csv")).unwrap();
    assert!(csv.starts_with('\u{feff}') && csv.contains(",'+"));
}
