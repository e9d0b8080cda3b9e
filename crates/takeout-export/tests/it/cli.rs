//! The program without a server of its own to talk to: usage, help, the demo, files and sessions.

use std::fs;
use std::path::Path;

use crate::program::{Ran, program, run};
use crate::rows;
use crate::world::{World, names_in};

fn demo(out: &Path, arguments: &[&str]) -> Ran {
    let mut command = program(&["demo", "--contacts", "12", "--saved-only", "3", "--out"]);
    run(command.arg(out).args(arguments))
}

#[test]
fn without_arguments_it_says_what_to_do_next() {
    let ran = run(&mut program(&[]));
    assert_eq!((ran.exit, ran.stdout.as_str()), (2, ""));
    for next in ["takeout-export demo", "takeout-export login", "https://my.telegram.org", "--help"] {
        assert!(ran.stderr.contains(next), "{next}: {ran:?}");
    }
    // somebody who is logged in is told the next step instead
    let home = tempfile::tempdir().unwrap();
    let session = default_session(home.path());
    fs::create_dir_all(session.parent().unwrap()).unwrap();
    fs::write(&session, "").unwrap();
    let ran = run(program(&[]).env("XDG_DATA_HOME", home.path()));
    assert!(ran.stderr.contains("takeout-export export --out"), "{ran:?}");
    assert!(!ran.stderr.contains("login"), "{ran:?}");
}

#[test]
fn help_and_version_are_results() {
    let help = run(&mut program(&["--help"]));
    assert_eq!((help.exit, help.stderr.as_str()), (0, ""));
    for part in [
        "Examples:",
        "Exit codes:",
        "demo",
        "login",
        "export",
        "convert",
        "inspect",
        "verify",
        "diff",
        "history",
        "completions",
        "man",
        "logout",
        "  143  terminated",
    ] {
        assert!(help.stdout.contains(part), "{part}: {help:?}");
    }
    assert!(help.stdout.lines().all(|line| line.chars().count() <= 100), "{}", help.stdout);
    let version = run(&mut program(&["--version"]));
    assert_eq!(version.stdout, concat!("takeout-export ", env!("CARGO_PKG_VERSION"), "\n"));
    for command in ["export", "convert", "inspect", "verify", "diff", "history", "completions", "man"] {
        let help = run(&mut program(&[command, "--help"]));
        assert!(help.exit == 0 && help.stdout.contains("Example"), "{help:?}");
    }
    for command in ["demo", "login", "logout"] {
        assert_eq!(run(&mut program(&[command, "--help"])).exit, 0);
    }
}

#[test]
fn wrong_usage_is_exit_code_2() {
    for (line, says) in [
        ("exprot", "similar subcommand exists: 'export'"),
        ("export", "--out"),
        ("export --out x --dc 2=127.0.0.1:1", "--rsa-key"),
        ("export --out x --frobnicate", "--frobnicate"),
        ("demo --contacts many", "many"),
        ("demo --format parquet,xlsx", "possible values: parquet, csv, jsonl"),
        ("demo --no-raw --encrypt age1x", "cannot be used with"),
        ("demo --encrypt ssh-rsa", "it starts with age1"),
        ("convert nowhere --out x", "No such file"),
        ("convert nowhere", "--out <DIR>|--history <DIR>"),
        ("convert nowhere --out x --history y", "cannot be used with"),
        ("export --out x --identity k", "--reuse-users"),
        ("verify nowhere", "manifest.json"),
        ("inspect nowhere", "No such file"),
        ("diff nowhere nowhere", "No such file"),
        ("history nowhere", "nowhere"),
        ("completions tcsh", "possible values: bash"),
        ("login --api-id 0", "0"),
        ("login --api-id 1 --api-hash x --dc nonsense --rsa-key /dev/null", "nonsense"),
        ("login --api-id 1 --api-hash x --dc 2=127.0.0.1:1 --rsa-key /nonexistent", "/nonexistent"),
        ("login --session s --phone 1", "--api-id"),
        ("login --session s --log-file /nonexistent/log", "/nonexistent/log"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let words: Vec<_> = line.split(' ').collect();
        run(program(&words).current_dir(folder.path())).fails(2, says);
        assert_eq!(names_in(folder.path()), [""; 0], "{line}");
    }
}

/// No descriptor is left: once for the runtime (an error), and once for its signals (a panic of the library).
#[cfg(target_os = "linux")]
#[test]
fn what_should_not_happen_is_exit_code_1() {
    for descriptors in [4, 6] {
        let mut shell = std::process::Command::new("sh");
        let limited = format!("ulimit -n {descriptors}; exec \"$0\" demo --out /nonexistent/out");
        let ran = run(shell.args(["-c", &limited, env!("CARGO_BIN_EXE_takeout-export")]));
        assert_eq!((ran.exit, ran.stdout.as_str()), (1, ""), "{descriptors}: {ran:?}");
        assert!(!ran.stderr.is_empty());
    }
}

#[test]
fn without_a_session_it_says_how_to_get_one() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let session = folder.path().join("none");
    let mut export = program(&["export", "--out"]);
    export.arg(&out).arg("--session").arg(&session);
    run(&mut export).fails(3, "now: takeout-export login");
    assert_eq!(names_in(folder.path()), [""; 0]);

    // so it does for a file that is none, or that others can read
    fs::write(&session, "{}").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&session, fs::Permissions::from_mode(0o644)).unwrap();
        run(&mut export).fails(16, "now: if nobody else has read it: chmod 600");
        fs::set_permissions(&session, fs::Permissions::from_mode(0o600)).unwrap();
    }
    run(&mut export).fails(16, "now: bring the file back");
}

#[test]
fn a_demo_ends_with_a_summary_and_its_progress_is_plain_lines_on_stderr() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let ran = demo(&out, &[]).succeeds();
    let rows = rows::read_parquet(&out).len();
    assert!(ran.stdout.starts_with(&format!("{rows} people in {}\n", out.display())), "{ran:?}");
    assert!(
        ran.stdout.ends_with("Files: contacts.parquet, contacts.csv, archive.tkx, manifest.json\n"),
        "{ran:?}"
    );
    for line in ["asking for the saved contacts", "asking for the contacts", "checking the files"] {
        assert!(ran.stderr.lines().any(|said| said == line), "{line}: {ran:?}");
    }
    assert!(!ran.stderr.contains(['\u{1b}', '\r']), "nothing moves without a terminal: {ran:?}");
}

#[test]
fn the_json_summary_is_the_manifest_and_where_it_lies() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let summary = demo(&out, &["--json"]).succeeds().json();
    assert_eq!(summary["result"], "exported");
    assert_eq!(summary["folder"].as_str(), out.to_str());
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(summary["manifest"], manifest);
    assert_eq!(manifest["takeout"]["result"], "finished");

    let columns = manifest["columns"].as_array().unwrap().iter().map(|column| column["name"].as_str());
    let header = fs::read_to_string(out.join("contacts.csv")).unwrap();
    assert_eq!(
        header.lines().next(),
        Some(columns.map(Option::unwrap).collect::<Vec<_>>().join(",").as_str())
    );
}

#[test]
fn a_folder_with_something_in_it_is_left_alone_unless_forced() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("diary.txt"), "mine").unwrap();
    demo(&out, &[]).fails(10, "--force");
    assert_eq!(names_in(&out), ["diary.txt"]);

    // forced: an export beside the foreign file, then another one in place of it
    demo(&out, &["--force"]).succeeds();
    let all = ["archive.tkx", "contacts.csv", "contacts.parquet", "diary.txt", "manifest.json"];
    assert_eq!(names_in(&out), all);
    demo(&out, &[]).fails(10, "is not empty");
    let accounts =
        || [rows::read_parquet(&out), rows::read_csv(&out)].map(|rows| rows[0].number("account_id"));
    let before = accounts();
    demo(&out, &["--force", "--seed", "2"]).succeeds();
    assert_eq!(names_in(&out), all);
    let [in_parquet, in_csv] = accounts();
    assert!(in_parquet != before[0] && in_parquet == in_csv, "two exports are never mixed");
    assert_eq!(fs::read_to_string(out.join("diary.txt")).unwrap(), "mine");

    // a file of somebody else under one of our names is not ours to replace
    let foreign = folder.path().join("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("contacts.csv"), "mine").unwrap();
    demo(&foreign, &["--force"]).fails(10, "was not written by this program");
    assert_eq!(fs::read_to_string(foreign.join("contacts.csv")).unwrap(), "mine");
    demo(&out.join("diary.txt"), &[]).fails(11, "is not a folder");
}

#[cfg(unix)]
#[test]
fn files_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let world = World::logged_in();
    let log = world.path("log");
    run(world.export().arg("--log-file").arg(&log)).succeeds();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&world.out()), 0o700);
    let files = names_in(&world.out()).into_iter().map(|name| world.out().join(name));
    for file in files.chain([world.session(), log]) {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_session_lies_in_the_data_folder_unless_it_is_named() {
    let world = World::small();
    let home = world.path("data");
    let without_session = |name: &str| {
        let mut command = program(&[name, "--dc"]);
        command.arg(format!("2={}", world.server.address())).arg("--rsa-key").arg(world.path("key.pem"));
        command.env("XDG_DATA_HOME", &home);
        command
    };
    let mut login = without_session("login");
    login.args(["--api-id", "17", "--api-hash", "x", "--code-stdin", "--phone", "9996621234"]);
    fs::write(world.path("code"), world.server.login_code()).unwrap();
    login.stdin(fs::File::open(world.path("code")).unwrap());
    run(&mut login).succeeds();
    assert!(default_session(&home).is_file());
    assert_eq!(names_in(&home.join("takeout-export/accounts/main")), ["session"]);

    // the environment names one as well as the option does
    run(without_session("logout").env("TAKEOUT_EXPORT_SESSION", world.path("other"))).fails(3, "other");
    run(&mut without_session("logout")).succeeds();
    assert!(!default_session(&home).exists());
}

fn default_session(data_home: &Path) -> std::path::PathBuf {
    data_home.join("takeout-export/accounts/main/session")
}
