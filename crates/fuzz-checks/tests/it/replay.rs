//! Seeds and regression files, each through its check.

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use fuzz_checks::{TARGETS, Target, target};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of a target below a folder of regressions.
fn files(regressions: &Path, target: &Target) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(regressions.join(target.name)) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Checks every file; the names of those that fail.
fn replay(regressions: &Path, targets: &[Target]) -> Vec<String> {
    let mut failed = Vec::new();
    for target in targets {
        for file in files(regressions, target) {
            let bytes = fs::read(&file).unwrap();
            if catch_unwind(|| (target.check)(&bytes)).is_err() {
                failed.push(file.strip_prefix(regressions).unwrap().display().to_string());
            }
        }
    }
    failed
}

#[test]
fn what_was_found_stays_found() {
    assert_eq!(replay(&root().join("crates/fuzz-checks/regressions"), TARGETS), [""; 0]);
}

#[test]
fn every_seed_passes() {
    for target in TARGETS {
        let seeds = (target.seeds)();
        assert!(!seeds.is_empty(), "{}", target.name);
        for seed in seeds {
            (target.check)(&seed);
        }
        (target.check)(&[]);
    }
}

/// A file that breaks what a target checks does not go unnoticed.
#[test]
fn a_planted_file_is_noticed() {
    let strict = Target {
        name: "strict",
        holds: "no input is a crash",
        check: |bytes| assert_ne!(bytes, b"crash"),
        seeds: Vec::new,
    };
    let folder = std::env::temp_dir().join(format!("regressions-{}", std::process::id()));
    fs::create_dir_all(folder.join("strict")).unwrap();
    fs::write(folder.join("strict/harmless"), "calm").unwrap();
    assert_eq!(replay(&folder, &[strict]), [""; 0]);
    fs::write(folder.join("strict/planted"), "crash").unwrap();
    let failed = replay(&folder, &[strict]);
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(failed, ["strict/planted"]);
}

/// The document shows every target with what it checks, in their order.
#[test]
fn the_document_says_what_each_target_holds() {
    let document = fs::read_to_string(root().join("docs/fuzzing.md")).unwrap();
    let table = document.split("\n## ").next().unwrap();
    let rows = table.lines().filter_map(|line| {
        let (name, cells) = line.strip_prefix("| `")?.split_once("` | ")?;
        Some((name, cells.split_once(" | ")?.0))
    });
    let targets = TARGETS.iter().map(|target| (target.name, target.holds));
    assert_eq!(rows.collect::<Vec<_>>(), targets.collect::<Vec<_>>());
}

/// Every folder of regressions belongs to a target, and every target to a file of `fuzz/`.
#[test]
fn the_names_are_those_of_the_fuzz_crate() {
    let names: BTreeSet<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    let stems = |folder: &str| -> BTreeSet<String> {
        let Ok(entries) = fs::read_dir(root().join(folder)) else { return BTreeSet::new() };
        entries
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect()
    };
    assert_eq!(stems("fuzz/fuzz_targets"), names);
    assert!(stems("crates/fuzz-checks/regressions").is_subset(&names));
    for name in &names {
        assert_eq!(target(name).unwrap().name, name);
        let text = fs::read_to_string(root().join(format!("fuzz/fuzz_targets/{name}.rs"))).unwrap();
        assert!(text.contains(&format!("fuzz_checks::check(\"{name}\", bytes)")), "{name}");
    }
}
