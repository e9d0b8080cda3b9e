//! What a user sees of it: folders before and after.

use std::io::Write;

use super::*;

fn text_of(name: &str, files: &[&str]) -> String {
    if name != MANIFEST {
        return format!("content of {name}");
    }
    let files: Vec<_> = files.iter().map(|name| format!(r#"{{"name":"{name}"}}"#)).collect();
    format!(r#"{{"tool":"takeout-export","files":[{}]}}"#, files.join(","))
}

fn write<D: Disk>(staging: &Staging<D>, names: &[&'static str]) {
    for name in names.iter().chain([&MANIFEST]) {
        let mut file = staging.create(name).unwrap();
        file.write_all(text_of(name, names).as_bytes()).unwrap();
        file.finish(0, 0).unwrap();
    }
}

fn export(target: &Path, force: bool, names: &[&'static str]) -> Result<(), OutputError> {
    let staging = Staging::begin(target, force)?;
    write(&staging, names);
    staging.publish()
}

/// Everything below a folder, hidden things too.
fn listing(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn an_absent_target_appears_whole_with_the_folders_above_it() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("a/b/out");
    let staging = Staging::begin(&target, false).unwrap();
    write(&staging, &[PARQUET, CSV]);
    assert!(!target.exists(), "nothing is there before all of it is");
    staging.publish().unwrap();
    assert_eq!(listing(&target), [CSV, PARQUET, MANIFEST]);
    assert_eq!(listing(target.parent().unwrap()), ["out"]);
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_it() {
    use std::os::unix::fs::PermissionsExt;

    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("out");
    export(&target, false, &[CSV]).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&target), 0o700);
    assert_eq!((mode(&target.join(CSV)), mode(&target.join(MANIFEST))), (0o600, 0o600));
}

#[test]
fn an_empty_target_is_filled_and_keeps_nothing_of_the_staging() {
    let target = tempfile::tempdir().unwrap();
    export(target.path(), false, &[CSV]).unwrap();
    assert_eq!(listing(target.path()), [CSV, MANIFEST]);
}

#[test]
fn a_run_that_gives_up_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let absent = home.path().join("out");
    let staging = Staging::begin(&absent, false).unwrap();
    write(&staging, &[CSV]);
    drop(staging);
    assert_eq!(listing(home.path()), [""; 0]);

    let staging = Staging::begin(home.path(), false).unwrap();
    write(&staging, &[CSV]);
    drop(staging);
    assert_eq!(listing(home.path()), [""; 0]);
}

#[test]
fn what_is_there_is_never_touched_without_force() {
    let target = tempfile::tempdir().unwrap();
    fs::write(target.path().join("notes.txt"), "mine").unwrap();
    assert!(matches!(Staging::begin(target.path(), false), Err(OutputError::NotEmpty { .. })));
    assert_eq!(listing(target.path()), ["notes.txt"]);

    export(target.path(), true, &[CSV]).unwrap();
    assert!(matches!(Staging::begin(target.path(), false), Err(OutputError::NotEmpty { .. })));
}

#[test]
fn force_replaces_all_of_an_export_and_nothing_else() {
    let target = tempfile::tempdir().unwrap();
    fs::write(target.path().join("notes.txt"), "mine").unwrap();
    export(target.path(), true, &[PARQUET, CSV]).unwrap();
    // the second export has no CSV: the first one's must not stay beside it
    export(target.path(), true, &[PARQUET]).unwrap();
    assert_eq!(listing(target.path()), [PARQUET, MANIFEST, "notes.txt"]);
    assert_eq!(fs::read_to_string(target.path().join("notes.txt")).unwrap(), "mine");
}

#[test]
fn a_strangers_file_is_not_replaced_even_by_force() {
    for name in [CSV, MANIFEST] {
        let target = tempfile::tempdir().unwrap();
        fs::write(target.path().join(name), "{}").unwrap();
        let refused = Staging::begin(target.path(), true).unwrap_err();
        assert!(matches!(refused, OutputError::Foreign { .. }), "{refused}");
        assert_eq!(listing(target.path()), [name]);
    }
    // one that came while the export was running
    let target = tempfile::tempdir().unwrap();
    let staging = Staging::begin(target.path(), true).unwrap();
    write(&staging, &[CSV]);
    fs::write(target.path().join(CSV), "theirs").unwrap();
    assert!(matches!(staging.publish(), Err(OutputError::Foreign { .. })));
    assert_eq!(listing(target.path()), [CSV]);
    assert_eq!(fs::read_to_string(target.path().join(CSV)).unwrap(), "theirs");
}

#[test]
fn a_folder_that_fills_up_in_the_meantime_is_not_mixed_with_ours() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("out");
    let staging = Staging::begin(&target, false).unwrap();
    write(&staging, &[CSV]);
    fs::create_dir(&target).unwrap();
    fs::write(target.join("theirs"), "x").unwrap();
    assert!(matches!(staging.publish(), Err(OutputError::NotEmpty { .. })));
    assert_eq!(listing(&target), ["theirs"]);
    assert_eq!(listing(home.path()), ["out"]);
}

#[test]
fn two_runs_at_once_do_not_meet() {
    let target = tempfile::tempdir().unwrap();
    let first = Staging::begin(target.path(), false).unwrap();
    assert!(matches!(Staging::begin(target.path(), true), Err(OutputError::Busy { .. })));
    write(&first, &[CSV]);
    first.publish().unwrap();
    drop(Staging::begin(target.path(), true).unwrap());
}

#[test]
fn what_a_dead_run_left_is_cleared_away() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("out");
    let staging = Staging::begin(&target, false).unwrap();
    write(&staging, &[CSV]);
    // a process that dies runs no destructor, but its lock is gone
    let Staging { folder, .. } = &staging;
    let folder = folder.clone();
    let mut dead = std::mem::ManuallyDrop::new(staging);
    drop(dead.lock.take());
    assert!(folder.join("new").join(CSV).exists());

    export(&target, false, &[PARQUET]).unwrap();
    assert_eq!(listing(&target), [PARQUET, MANIFEST]);
    assert_eq!(listing(home.path()), ["out"]);
}

#[test]
fn a_run_that_died_after_its_last_move_leaves_nothing_to_the_next() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("out");
    let mut staging = Staging::begin(&target, false).unwrap();
    write(&staging, &[CSV]);
    fs::rename(staging.path_of(""), &target).unwrap();
    // alive, it holds its folder
    drop(Staging::begin(&target, true).unwrap());
    assert_eq!(listing(home.path()), [".out.takeout-export-staging", "out"]);
    staging.lock = None;
    drop(Staging::begin(&target, true).unwrap());
    assert_eq!(listing(home.path()), ["out"]);
    assert_eq!(listing(&target), [CSV, MANIFEST]);
}

#[test]
fn a_file_is_not_a_folder() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("out");
    fs::write(&path, "x").unwrap();
    assert!(matches!(Staging::begin(&path, true), Err(OutputError::NotAFolder { .. })));
    assert!(matches!(Staging::begin(&path.join("deeper"), true), Err(OutputError::Io { .. })));
}
