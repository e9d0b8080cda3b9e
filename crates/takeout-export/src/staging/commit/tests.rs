//! The moves, broken off after every single step.

use super::*;
use crate::staging::{CSV, PARQUET, Staging};

fn manifest_of(names: &[&str]) -> String {
    let files: Vec<_> = names.iter().map(|name| format!(r#"{{"name":"{name}"}}"#)).collect();
    format!(r#"{{"tool":"takeout-export","files":[{}]}}"#, files.join(","))
}

/// A folder with an old export of these names, and a stranger's file.
fn folder(old: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("holiday.jpg"), "picture").unwrap();
    for name in old {
        fs::write(folder.path().join(name), format!("old {name}")).unwrap();
    }
    if !old.is_empty() {
        fs::write(folder.path().join(MANIFEST), manifest_of(old)).unwrap();
    }
    folder
}

fn stage(target: &Path) -> PathBuf {
    let staging = target.join(crate::staging::STAGING);
    for inner in [NEW, OLD] {
        fs::create_dir_all(staging.join(inner)).unwrap();
    }
    for name in [PARQUET, CSV, MANIFEST] {
        fs::write(staging.join(NEW).join(name), format!("new {name}")).unwrap();
    }
    staging
}

/// Name and content of everything in the folder.
fn content(target: &Path) -> Vec<(String, String)> {
    let mut found: Vec<_> = target::entries(target)
        .unwrap()
        .into_iter()
        .map(|name| (name.to_string_lossy().into_owned(), fs::read_to_string(target.join(&name)).unwrap()))
        .collect();
    found.sort();
    found
}

/// A rename that works so many times.
fn dying_after(steps: usize) -> impl FnMut(&Path, &Path) -> io::Result<()> {
    let mut left = steps;
    move |from, to| {
        left = left.checked_sub(1).ok_or(io::ErrorKind::Other)?;
        fs::rename(from, to)
    }
}

#[test]
fn a_run_that_dies_after_any_step_leaves_the_old_export_or_the_new_one() {
    for old in [&[][..], &[CSV], &[PARQUET, CSV]] {
        let before = content(folder(old).path());
        let after = {
            let folder = folder(old);
            let staging = stage(folder.path());
            replace(&staging, folder.path(), &mut |from, to| fs::rename(from, to)).unwrap();
            assert!(!is_unfinished(&staging));
            content(folder.path())
        };
        assert!(after.iter().any(|(name, text)| name == CSV && text == "new contacts.csv"));
        assert!(after.iter().any(|(name, _)| name == "holiday.jpg"));

        let mut seen_complete = false;
        for steps in 0..8 {
            let folder = folder(old);
            let staging = stage(folder.path());
            let died = replace(&staging, folder.path(), &mut dying_after(steps)).is_err();
            // the one who puts it right may die too, and be followed by one who does not
            for steps_back in 0..8 {
                if put_back(&staging, folder.path(), &mut dying_after(steps_back)).is_ok() {
                    break;
                }
            }
            assert_eq!(content(folder.path()), if died { before.clone() } else { after.clone() }, "{steps}");
            seen_complete |= !died;
        }
        assert!(seen_complete);
    }
}

#[test]
fn a_death_between_the_last_move_and_its_note_keeps_the_new_export() {
    let folder = folder(&[CSV]);
    let staging = stage(folder.path());
    replace(&staging, folder.path(), &mut |from, to| fs::rename(from, to)).unwrap();
    let complete = content(folder.path());
    announce(&staging, &[PARQUET, CSV, MANIFEST]).unwrap();
    recover(&staging, folder.path()).unwrap();
    assert_eq!(content(folder.path()), complete);
}

#[test]
fn the_next_run_puts_right_what_a_dead_one_left() {
    let folder = folder(&[PARQUET]);
    let before = content(folder.path());
    let staging = stage(folder.path());
    replace(&staging, folder.path(), &mut dying_after(3)).unwrap_err();
    assert_ne!(content(folder.path()), before);
    drop(Staging::begin(folder.path(), true).unwrap());
    assert_eq!(content(folder.path()), before);
    assert!(!staging.exists());
}
