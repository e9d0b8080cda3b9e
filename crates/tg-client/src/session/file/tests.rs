//! What is written, what is refused, what is found in the file.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use mtproto::crypto::AuthKey;
use tempfile::TempDir;

use super::*;
use crate::session::{KeyState, OpenTakeout, ServerState};

/// No two bytes in a row are the same, so that any part of it is found.
fn key_bytes() -> [u8; AuthKey::BYTES] {
    core::array::from_fn(|index| u8::try_from((index * 89 + 7) % 256).unwrap())
}

fn state() -> SessionState {
    let key = KeyState {
        auth_key: AuthKey::new(&mut key_bytes()),
        server_salt: -5,
        time_offset_secs: 3,
        made_at_secs: Some(1_700_000_000),
    };
    SessionState { key: Some(key), ..SessionState::new(17, ServerState::production()) }
}

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/account/session");
    (folder, path)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn what_is_written_is_read_and_private() {
    for protection in [Protection::Plain, Protection::Sealed(Identity::generate())] {
        let (_folder, path) = place();
        let store = SessionStore::create(&path, state(), protection.clone()).unwrap();
        store.update(|state| state.takeout = Some(OpenTakeout { id: 9, verified: false })).unwrap();
        assert_eq!(mode(&path), 0o600);
        for folder in [path.parent().unwrap(), path.parent().unwrap().parent().unwrap()] {
            assert_eq!(mode(folder), 0o700);
        }
        drop(store);

        let again = SessionStore::open(&path, protection).unwrap();
        assert!(!again.was_renewed());
        assert_eq!(again.state().takeout, Some(OpenTakeout { id: 9, verified: false }));
        assert_eq!(again.state().key.unwrap().auth_key.as_bytes(), &key_bytes());
        drop(again);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no other file is left");
    }
}

#[test]
fn a_session_that_is_in_use_can_be_looked_at() {
    let identity = Identity::generate();
    let (_folder, path) = place();
    let store = SessionStore::create(&path, state(), Protection::Sealed(identity.clone())).unwrap();
    store.update(|state| state.takeout = Some(OpenTakeout { id: 9, verified: false })).unwrap();
    let before = fs::read(&path).unwrap();
    let seen = SessionStore::peek(&path, &Protection::Sealed(identity)).unwrap();
    assert_eq!(seen.takeout, Some(OpenTakeout { id: 9, verified: false }));
    let sealed = SessionStore::peek(&path, &Protection::Plain).unwrap_err();
    assert!(matches!(sealed, SessionError::Sealed { .. }));
    assert_eq!(fs::read(&path).unwrap(), before, "nothing is rewritten");
}

#[test]
fn no_part_of_the_key_is_in_a_sealed_file() {
    let (_folder, path) = place();
    let forms = |text: &[u8]| {
        let found = |part: &[u8]| text.windows(part.len()).any(|window| window == part);
        key_bytes().windows(6).any(|part| {
            found(part)
                || found(hex::encode(part).as_bytes())
                || found(STANDARD.encode(part).as_bytes())
                || found(URL_SAFE.encode(part).as_bytes())
        })
    };
    drop(SessionStore::create(&path, state(), Protection::Plain).unwrap());
    assert!(forms(&fs::read(&path).unwrap()), "the search finds it where it is");
    drop(SessionStore::create(&path, state(), Protection::Sealed(Identity::generate())).unwrap());
    assert!(!forms(&fs::read(&path).unwrap()));
}

#[test]
fn a_sealed_file_with_any_byte_flipped_or_missing_is_refused_and_left_as_it_is() {
    let (_folder, path) = place();
    let protection = Protection::Sealed(Identity::generate());
    drop(SessionStore::create(&path, state(), protection.clone()).unwrap());
    let whole = fs::read(&path).unwrap();
    let refused = |content: &[u8], what: String| {
        fs::write(&path, content).unwrap();
        let error = SessionStore::open(&path, protection.clone()).map(|_| ()).unwrap_err();
        assert!(
            matches!(error, SessionError::Malformed { .. } | SessionError::WrongIdentity { .. }),
            "{what}: {error:?}"
        );
        assert_eq!(fs::read(&path).unwrap(), content, "{what}");
    };
    for index in 0..whole.len() {
        let mut content = whole.clone();
        content[index] ^= 0x20;
        refused(&content, format!("byte {index}"));
    }
    for len in 0..whole.len() {
        refused(&whole[..len], format!("{len} bytes"));
    }
    refused(&[whole.as_slice(), b"x"].concat(), "one byte more".to_owned());
    fs::write(&path, &whole).unwrap();
    drop(SessionStore::open(&path, protection).unwrap());
}

#[test]
fn a_plain_file_becomes_sealed_and_the_first_version_the_present_one() {
    let (_folder, path) = place();
    let protection = Protection::Sealed(Identity::generate());
    drop(SessionStore::create(&path, state(), Protection::Plain).unwrap());
    let store = SessionStore::open(&path, protection.clone()).unwrap();
    assert!(store.was_renewed());
    assert_eq!(form(&path).unwrap(), Form::Sealed);
    drop(store);
    let error = SessionStore::open(&path, Protection::Plain).unwrap_err();
    assert!(matches!(error, SessionError::Sealed { .. }), "{error:?}");
    assert!(!SessionStore::open(&path, protection).unwrap().was_renewed());

    let first = r#"{"version":1,"api_id":17,"server":{"kind":"test","dc_id":2},"key":null,"account":null,"takeout":null}"#;
    fs::write(&path, first).unwrap();
    assert!(SessionStore::open(&path, Protection::Plain).unwrap().was_renewed());
    assert!(fs::read_to_string(&path).unwrap().starts_with(r#"{"version":2,"#));
}

#[test]
fn another_identity_does_not_open_it() {
    let (_folder, path) = place();
    drop(SessionStore::create(&path, state(), Protection::Sealed(Identity::generate())).unwrap());
    let error = SessionStore::open(&path, Protection::Sealed(Identity::generate())).unwrap_err();
    assert!(matches!(error, SessionError::WrongIdentity { .. }), "{error:?}");
}

#[test]
fn files_and_folders_that_are_open_to_others_are_refused() {
    let (_folder, path) = place();
    drop(SessionStore::create(&path, state(), Protection::Plain).unwrap());
    for open in [0o644, 0o640, 0o604, 0o620] {
        fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
        let error = SessionStore::open(&path, Protection::Plain).unwrap_err();
        assert!(
            matches!(error, SessionError::Exposed { mode, wanted: 0o600, .. } if mode == open),
            "{error}"
        );
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let folder = path.parent().unwrap();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).unwrap();
    for error in [
        SessionStore::open(&path, Protection::Plain).unwrap_err(),
        SessionStore::create(&path, state(), Protection::Plain).unwrap_err(),
    ] {
        assert!(matches!(error, SessionError::Exposed { mode: 0o777, wanted: 0o700, .. }), "{error}");
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o1777)).unwrap();
    drop(SessionStore::open(&path, Protection::Plain).unwrap());
}

#[test]
fn missing_huge_and_strange_files_have_their_own_messages() {
    let (folder, path) = place();
    let error = SessionStore::open(&path, Protection::Plain).unwrap_err();
    assert!(matches!(error, SessionError::Missing { .. }));
    assert_eq!(form(&path).unwrap(), Form::Missing);
    assert!(!path.parent().unwrap().exists(), "nothing is made where nothing is read");
    let error = form(folder.path()).unwrap_err();
    assert!(matches!(error, SessionError::Malformed { reason: "it is not a file", .. }), "{error}");
    private::write(&path, &vec![b' '; 70_000]).unwrap();
    let error = form(&path).unwrap_err();
    assert!(matches!(error, SessionError::Malformed { reason: "it is far too large", .. }), "{error}");
    private::write(&path, b"SQLite format 3\0").unwrap();
    assert!(matches!(form(&path), Err(SessionError::Malformed { .. })));
}

#[test]
fn one_process_at_a_time() {
    let (_folder, path) = place();
    let store = SessionStore::create(&path, state(), Protection::Plain).unwrap();
    let pid = std::process::id();
    for error in [
        SessionStore::open(&path, Protection::Plain).unwrap_err(),
        SessionStore::create(&path, state(), Protection::Plain).unwrap_err(),
    ] {
        assert!(matches!(error, SessionError::InUse { pid: Some(holder), .. } if holder == pid), "{error}");
    }
    store.remove().unwrap();
    assert!(!path.exists());
}

#[test]
fn what_a_killed_process_left_half_written_is_swept_away() {
    let (folder, path) = place();
    drop(SessionStore::create(&path, state(), Protection::Plain).unwrap());
    let left = path.with_file_name(".session~Ab3");
    let of_another = path.with_file_name(".other~Ab3");
    for path in [&left, &of_another] {
        fs::write(path, "{").unwrap();
    }
    drop(SessionStore::open(&path, Protection::Plain).unwrap());
    assert!(!left.exists() && of_another.exists());
    drop(folder);
}
