//! `inspect`, `verify`, `completions`, `man`: what is said about exports and about the program.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::{Ran, program, run};
use crate::world::names_in;

const ALL: &str = "parquet,csv,jsonl,arrow,vcard,vcard3,google,outlook,html,green-api";

fn exported(folder: &Path) -> PathBuf {
    let out = folder.join("out");
    let mut demo = program(&["demo", "--contacts", "30", "--saved-only", "7", "--format", ALL, "--out"]);
    run(demo.arg(&out)).succeeds();
    out
}

fn on(command: &str, path: &Path, arguments: &[&str]) -> Ran {
    run(program(&[command]).arg(path).args(arguments))
}

fn manifest(out: &Path) -> Value {
    serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap()
}

#[test]
fn inspect_counts_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let out = exported(folder.path());
    let manifest = manifest(&out);
    let found = on("inspect", &out, &["--json", "--rows", "2"]).succeeds().json();
    assert_eq!((&found["rows"], &found["verified"]), (&manifest["counts"]["rows"], &true.into()));
    let by_source = found["by_source"].as_object().unwrap();
    for source in ["both", "saved", "contact"] {
        let counted = by_source.get(source).map_or(0, |count| count.as_u64().unwrap());
        assert_eq!(manifest["counts"]["rows_by_source"][source], counted, "{source}");
    }
    let sum =
        |tally: &Value| tally.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum::<u64>();
    for tally in ["by_status", "by_country", "by_source"] {
        assert_eq!(sum(&found[tally]), manifest["counts"]["rows"].as_u64().unwrap(), "{tally}");
    }
    // most of the numbers of the test data centre are of a country, and of one that the book's plans name
    let by_country = found["by_country"].as_object().unwrap();
    assert!(by_country.len() > 5 && by_country.contains_key("DE") && by_country.contains_key("none"));
    let names = |columns: &Value| {
        columns.as_array().unwrap().iter().map(|column| column["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&found["columns"]), names(&manifest["columns"]));
    assert_eq!(found["preview"].as_array().unwrap().len(), 2);
    assert!(found["preview"][0]["row_id"].as_str().unwrap().len() == 64);

    // the archive and the Parquet file alone say the same of the rows
    for file in ["archive.tkx", "contacts.parquet"] {
        let alone = on("inspect", &out.join(file), &["--json", "--rows", "2"]).succeeds().json();
        for key in ["rows", "columns", "by_source", "by_status", "by_country", "preview"] {
            assert_eq!(alone[key], found[key], "{file}: {key}");
        }
    }
    let text = on("inspect", &out, &[]).succeeds().stdout;
    for part in ["by source:", "by status:", "by country:", "files verified", "row 3:", "is_premium"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("row 4:"));
}

#[test]
fn what_cannot_be_looked_into_is_said_with_what_can() {
    let folder = tempfile::tempdir().unwrap();
    let out = exported(folder.path());
    for name in ["contacts.csv", "contacts.arrow", "contacts.vcf", "manifest.json"] {
        on("inspect", &out.join(name), &[]).fails(2, "neither the Parquet file nor the archive");
    }
    on("diff", &out, &[out.join("contacts.csv").to_str().unwrap()]).fails(2, "now: name an export that has");
    let cards = folder.path().join("cards");
    let mut demo = program(&["demo", "--contacts", "5", "--format", "vcard", "--no-raw", "--out"]);
    run(demo.arg(&cards)).succeeds();
    assert!(on("verify", &cards, &[]).succeeds().stdout.contains("1 file is what was written"));
    on("inspect", &cards, &[]).fails(2, "now: name an export that has");
    let again = folder.path().join("again");
    on("convert", &cards, &["--out", again.to_str().unwrap()]).fails(2, "an export with --no-raw has none");
    let days = on("history", &out, &[]).succeeds().stdout;
    assert!(days.contains("takeout-export export --history"), "{days}");
}

#[test]
fn verify_notices_every_change_in_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let out = exported(folder.path());
    let said = on("verify", &out, &["--json"]).succeeds().json();
    assert_eq!(said["files"], manifest(&out)["files"]);
    assert!(on("verify", &out, &[]).succeeds().stdout.contains("11 files are what was written"));

    for name in names_in(&out).iter().filter(|name| *name != "manifest.json") {
        let path = out.join(name);
        let whole = fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        for (content, says) in [(&whole[..whole.len() - 1], "another size"), (&flipped, "another SHA-256")] {
            fs::write(&path, content).unwrap();
            on("verify", &out, &[]).fails(20, &format!("{name} has {says}"));
        }
        fs::remove_file(&path).unwrap();
        let next = if name == "archive.tkx" {
            "now: take the folder from a backup"
        } else {
            "takeout-export convert"
        };
        let ran = on("verify", &out, &[]).fails(20, &format!("{name} is missing"));
        assert!(ran.stderr.contains(next), "{ran:?}");
        fs::write(&path, whole).unwrap();
    }
    fs::write(out.join("contacts.csv"), "x").unwrap();
    on("inspect", &out, &[]).fails(20, "contacts.csv has another size");
}

#[test]
fn a_manifest_leads_to_no_other_path_and_must_fit_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let out = exported(folder.path());
    fs::write(folder.path().join("secret"), "x").unwrap();
    let text = fs::read_to_string(out.join("manifest.json")).unwrap();
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from));
        fs::write(out.join("manifest.json"), text.replacen(from, to, 1)).unwrap();
        on("verify", &out, &[])
    };
    changed("\"name\": \"contacts.csv\"", "\"name\": \"../secret\"")
        .fails(20, "is not a name that an export gives");
    changed("\"tool\": \"takeout-export\"", "\"tool\": \"another\"").fails(20, "that of another program");
    let rows = manifest(&out)["files"][0]["rows"].clone();
    let files = text.find("\"files\"").unwrap();
    let (head, tail) = text.split_at(files);
    let other = format!("{head}{}", tail.replacen(&format!("\"rows\": {rows}"), "\"rows\": 1", 1));
    fs::write(out.join("manifest.json"), other).unwrap();
    on("verify", &out, &[]).fails(20, "another number of rows");
    fs::write(out.join("manifest.json"), "{").unwrap();
    on("verify", &out, &[]).fails(20, "is not the manifest of an export");
}

#[test]
fn an_encrypted_archive_alone_is_inspected_with_its_key() {
    use age::secrecy::ExposeSecret;

    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let key = age::x25519::Identity::generate();
    let mut demo = program(&["demo", "--contacts", "5", "--format", "vcard", "--out"]);
    run(demo.arg(&out).args(["--encrypt", &key.to_public().to_string()])).succeeds();
    on("verify", &out, &[]).succeeds();
    on("inspect", &out, &[]).fails(2, "--identity FILE");
    let keys = folder.path().join("keys");
    fs::write(&keys, key.to_string().expose_secret()).unwrap();
    let found = on("inspect", &out, &["--identity", keys.to_str().unwrap(), "--json"]).succeeds().json();
    assert_eq!(found["rows"], manifest(&out)["counts"]["rows"]);
}

#[test]
fn completions_know_the_commands_and_the_formats() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&mut program(&["completions", shell])).succeeds().stdout;
        // fish names an option without its dashes
        let option = if shell == "fish" { "-l format" } else { "--format" };
        for word in ["takeout-export", "convert", "inspect", option] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        // the others complete no values
        let has_values = ["bash", "zsh", "fish"].contains(&shell);
        assert_eq!(script.contains("green-api") && script.contains("vcard3"), has_values, "{shell}");
    }
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let page = run(&mut program(&["man"])).succeeds().stdout;
    assert!(page.contains(".TH takeout-export 1") && page.contains("Exit codes"), "{page}");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("man1");
    let said = run(program(&["man", "--out"]).arg(&out)).succeeds();
    let names = names_in(&out);
    assert!(said.stdout.contains("man1") && !names.iter().any(|name| name.contains("help")), "{names:?}");
    for name in
        ["takeout-export.1", "takeout-export-export.1", "takeout-export-diff.1", "takeout-export-man.1"]
    {
        assert!(names.iter().any(|found| found == name), "{name}: {names:?}");
    }
    let export = fs::read_to_string(out.join("takeout-export-export.1")).unwrap();
    assert!(export.contains("reuse") && export.contains("history"), "{export}");
}

/// An account of nobody is an export like any other, and says that it is nobody's mistake.
#[test]
fn an_account_that_has_nobody_and_one_that_has_a_single_contact() {
    let folder = tempfile::tempdir().unwrap();
    for (contacts, says) in [("0", "the account has no contacts"), ("1", "1 person in")] {
        let out = folder.path().join(contacts);
        let mut demo = program(&["demo", "--contacts", contacts, "--saved-only", "0", "--out"]);
        let said = run(demo.arg(&out)).succeeds().stdout;
        assert!(said.contains(says), "{said}");
        on("verify", &out, &[]).succeeds();
        let text = on("inspect", &out, &[]).succeeds().stdout;
        assert_eq!(text.contains("by source:"), contacts == "1", "{text}");
    }
}
