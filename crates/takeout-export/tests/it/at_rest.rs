//! The session on the disk: encrypted unless asked otherwise, refused when it is damaged, open to others, somebody
//! else's or in use, and never lost.
#![expect(clippy::print_stdout, reason = "why a test is left out")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use testdc::FaultRule;

use crate::program::{Running, run};
use crate::world::{World, names_in};

const PASSPHRASE: &str = "correct horse battery staple";
/// So much of the key in a row is no chance.
const KEY_PART_BYTES: usize = 6;

/// The command as a user has it: with a data folder, and no wish for a plain session.
fn sealed(world: &World, mut command: Command) -> Command {
    command.env("XDG_DATA_HOME", world.path("data")).env_remove("TAKEOUT_EXPORT_INSECURE_PLAIN_SESSION");
    command
}

fn with_passphrase(world: &World, command: Command) -> Command {
    let mut command = sealed(world, command);
    command.env("TAKEOUT_EXPORT_PASSPHRASE", PASSPHRASE);
    command
}

#[test]
fn a_session_is_encrypted_and_the_passphrase_opens_it() {
    let mut world = World::small();
    let ran = run(&mut sealed(&world, world.login())).fails(2, "no terminal");
    assert!(ran.stderr.contains("--passphrase-file"), "{ran:?}");
    assert!(!world.session().exists());

    run(&mut with_passphrase(&world, world.login())).succeeds();
    assert!(fs::read(world.session()).unwrap().starts_with(b"age-encryption.org/v1\n-> X25519 "));
    assert_eq!(names_in(&world.path("data/takeout-export")), ["identity.age"]);

    run(&mut sealed(&world, world.export())).fails(15, "no passphrase was given");
    let file = world.path("passphrase");
    for (content, exit, says) in
        [("wrong\n", 15, "now: run the command again with the right one"), ("\n", 2, "is empty")]
    {
        fs::write(&file, content).unwrap();
        let mut export = sealed(&world, world.export());
        run(export.arg("--passphrase-file").arg(&file)).fails(exit, says);
    }
    fs::write(&file, format!("{PASSPHRASE}\n")).unwrap();
    let mut export = sealed(&world, world.export());
    run(export.arg("--passphrase-file").arg(&file)).succeeds();
    assert_eq!(world.takeout_ends(), [true]);
    let mut whoami = sealed(&world, world.command("whoami"));
    run(whoami.env("TAKEOUT_EXPORT_PASSPHRASE_FILE", &file)).succeeds();

    // another data folder has no key for it, and none is made up
    let mut elsewhere = with_passphrase(&world, world.command("logout"));
    run(elsewhere.env("XDG_DATA_HOME", world.path("other"))).fails(15, "holds no key for it");
    assert!(!world.path("other").exists());
}

#[test]
fn doctor_opens_a_session_where_nobody_has_to_be_asked() {
    let world = World::small();
    let at_home = |words: &[&str]| world.bare_command(words);
    let login = world.answered(at_home(&["login"]), &world.server.login_code());
    run(&mut with_passphrase(&world, login)).succeeds();
    let ran = run(&mut sealed(&world, at_home(&["doctor"]))).succeeds();
    assert!(ran.stdout.contains("is encrypted; with --passphrase-file it is opened too"), "{ran:?}");
    let ran = run(&mut with_passphrase(&world, at_home(&["doctor"]))).succeeds();
    assert!(ran.stdout.contains("is encrypted, and opens"), "{ran:?}");
    let mut wrong = sealed(&world, at_home(&["doctor"]));
    let ran = run(wrong.env("TAKEOUT_EXPORT_PASSPHRASE", "wrong"));
    assert!(ran.exit == 15 && ran.stdout.contains("wrong session: the passphrase does not open"), "{ran:?}");

    let session = world.path("data/takeout-export/accounts/main/session");
    let whole = fs::read(&session).unwrap();
    fs::write(&session, &whole[..whole.len() - 1]).unwrap();
    let ran = run(&mut with_passphrase(&world, at_home(&["doctor"])));
    assert!(ran.exit == 16 && ran.stdout.contains("it was cut short or changed"), "{ran:?}");
}

#[test]
fn a_plain_session_becomes_encrypted_and_its_key_is_nowhere_any_more() {
    let world = World::logged_in();
    let data = world.path("data/takeout-export");
    fs::create_dir_all(data.join("accounts/main")).unwrap();
    private(&data);
    let session = data.join("accounts/main/session");
    let key = auth_key(&world.session());
    fs::rename(world.session(), &session).unwrap();
    assert!(holds_key(&data, &key), "the search finds it where it is");

    let ran = run(&mut with_passphrase(&world, world.bare_command(&["whoami"]))).succeeds();
    assert!(ran.stderr.contains("is encrypted from now on"), "{ran:?}");
    assert!(!holds_key(&data, &key));
    let mode = |path: &Path| {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!((mode(&data), mode(&session), mode(&data.join("identity.age"))), (0o700, 0o600, 0o600));
}

#[test]
fn a_session_is_plain_only_when_that_is_asked_for_and_then_it_is_said() {
    let world = World::small();
    let plain = |command: Command| {
        let mut command = sealed(&world, command);
        command.arg("--insecure-plain-session");
        command
    };
    let ran = run(&mut plain(world.login())).succeeds();
    assert!(ran.stderr.contains("whoever reads the file has the account"), "{ran:?}");
    assert_eq!(fs::read(world.session()).unwrap().first(), Some(&b'{'));
    let ran = run(&mut plain(world.command("whoami"))).succeeds();
    assert!(!ran.stderr.contains("encrypted from now on") && !world.path("data").exists(), "{ran:?}");
}

#[test]
fn the_form_of_the_first_version_is_read_and_renewed() {
    let mut world = World::logged_in();
    let mut session: serde_json::Value = serde_json::from_slice(&fs::read(world.session()).unwrap()).unwrap();
    let mut first = session["session"].take();
    first["version"] = serde_json::json!(1);
    fs::write(world.session(), first.to_string()).unwrap();
    let ran = run(&mut world.export()).succeeds();
    assert!(ran.stderr.contains("rewritten in the present form"), "{ran:?}");
    fs::remove_dir_all(world.out()).unwrap();
    world.takeout_ends();
    let ran = world.exports_well();
    assert!(!ran.stderr.contains("rewritten"), "{ran:?}");
}

#[test]
fn a_damaged_session_is_refused_and_left_as_it_is() {
    let mut world = World::logged_in();
    let whole = fs::read(world.session()).unwrap();
    let refused = |content: Vec<u8>, what: String| {
        fs::write(world.session(), &content).unwrap();
        let ran = run(&mut world.export());
        assert_eq!(ran.exit, 16, "{what}: {ran:?}");
        assert!(ran.stderr.contains("now: bring the file back") || ran.stderr.contains("version"), "{ran:?}");
        assert_eq!(fs::read(world.session()).unwrap(), content, "{what}");
    };
    // every byte in turn: crates/tg-client/src/session/file/tests.rs
    for index in (0..whole.len()).step_by(61) {
        let mut content = whole.clone();
        content[index] ^= 0x01;
        refused(content, format!("byte {index}"));
        refused(whole[..index].to_vec(), format!("{index} bytes"));
    }
    fs::write(world.session(), &whole).unwrap();
    world.exports_well();

    run(&mut with_passphrase(&world, world.export())).succeeds();
    world.takeout_ends();
    fs::remove_dir_all(world.out()).unwrap();
    let whole = fs::read(world.session()).unwrap();
    for (index, exit) in [(3, 16), (30, 16), (150, 16), (whole.len() - 1, 16)] {
        let mut content = whole.clone();
        content[index] ^= 0x01;
        fs::write(world.session(), &content).unwrap();
        let ran = run(&mut with_passphrase(&world, world.export()));
        assert!(
            ran.exit == exit || (ran.exit == 15 && ran.stderr.contains("or damaged")),
            "{index}: {ran:?}"
        );
        assert_eq!(fs::read(world.session()).unwrap(), content);
    }
    fs::write(world.session(), &whole).unwrap();
    run(&mut with_passphrase(&world, world.export())).succeeds();
}

#[test]
fn two_processes_never_use_one_session() {
    let mut world = World::logged_in();
    world.server.add_fault("delay=contacts.getSaved:20000".parse::<FaultRule>().unwrap()).unwrap();
    let mut first = Running::start(&mut world.export());
    first.wait_for("asking for the saved contacts");
    let ran = run(&mut world.command("logout")).fails(14, "in use by another process");
    assert!(ran.stderr.contains(&format!("(pid {})", first.id())), "{ran:?}");
    run(&mut world.login()).fails(14, "used twice at once");
    first.signal("TERM");
    first.end().fails(143, "terminated");
    world.takeout_ends();
    world.exports_well();
}

/// These need another user: they run where the tests are run by root, as containers do it, and are left out elsewhere.
mod as_nobody {
    use std::os::unix::fs::{PermissionsExt, chown};
    use std::os::unix::process::CommandExt;

    use super::*;

    /// A user with no rights.
    const NOBODY: u32 = 65_534;

    fn is_root(world: &World) -> bool {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(world.folder.path()).unwrap().uid() == 0
    }

    fn open_way(world: &World) {
        fs::set_permissions(world.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(world.path("key.pem"), fs::Permissions::from_mode(0o644)).unwrap();
    }

    #[test]
    fn the_session_of_another_user_is_refused() {
        let mut world = World::logged_in();
        if !is_root(&world) {
            println!("left out: only root can act as another user");
            return;
        }
        open_way(&world);
        let ran =
            run(world.command("logout").uid(NOBODY).gid(NOBODY)).fails(16, "belongs to another user (uid 0)");
        assert!(ran.stderr.contains("now: run the command as that user"), "{ran:?}");
        // and root does not take the one of somebody else, which nobody could use afterwards
        chown(world.session(), Some(NOBODY), Some(NOBODY)).unwrap();
        run(&mut world.command("logout")).fails(16, "belongs to another user (uid 65534)");
        chown(world.session(), Some(0), Some(0)).unwrap();
        world.exports_well();
    }

    #[test]
    fn a_session_in_a_folder_that_cannot_be_written_is_refused_and_not_lost() {
        let mut world = World::logged_in();
        if !is_root(&world) {
            println!("left out: only root can act as another user");
            return;
        }
        open_way(&world);
        let folder = world.path("theirs");
        fs::create_dir(&folder).unwrap();
        let session = folder.join("session");
        fs::copy(world.session(), &session).unwrap();
        for path in [&session, &folder] {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).unwrap();
        let before = fs::read(&session).unwrap();
        let mut logout = world.command_on(&["logout"], &session);
        logout.uid(NOBODY).gid(NOBODY);
        run(&mut logout).fails(11, "now: the folder of a session has to be there and writable");
        assert_eq!(fs::read(&session).unwrap(), before);
        assert_eq!(names_in(&folder), ["session"]);
        world.exports_well();
    }
}

fn private(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
}

/// The key of a plain session.
fn auth_key(path: &Path) -> Vec<u8> {
    let session: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    STANDARD.decode(session["session"]["key"]["auth_key"].as_str().unwrap()).unwrap()
}

/// Whether any part of the key is in any file of a folder: as bytes, as hex, as base64.
fn holds_key(folder: &Path, key: &[u8]) -> bool {
    files(folder).iter().any(|path| {
        let content = fs::read(path).unwrap();
        let holds = |part: &[u8]| content.windows(part.len()).any(|window| window == part);
        key.windows(KEY_PART_BYTES).any(|part| {
            let texts =
                [hex::encode(part), hex::encode_upper(part), STANDARD.encode(part), URL_SAFE.encode(part)];
            holds(part) || texts.iter().any(|text| holds(text.as_bytes()))
        })
    })
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
