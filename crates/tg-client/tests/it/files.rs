//! What is read from files, and how much of it.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use tg_client::session::foreign::{ForeignError, telethon_file};
use tg_client::session::{SessionLock, private};
use tg_client::{Identity, Protection, SessionError, SessionStore};

/// Written by Telethon 1.45 with a key of 0, 1, 2, … and data centre 2.
const TELETHON: &[u8] = include_bytes!("../vectors/telethon.session");
const PAGE_BYTES: usize = 4096;

fn read(bytes: &[u8]) -> Result<i32, ForeignError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("foreign.session");
    fs::write(&path, bytes).unwrap();
    telethon_file(&path).map(|session| session.dc_id)
}

#[test]
fn a_foreign_session_is_read_up_to_a_quarter_of_a_gibibyte() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.session");
    fs::write(&path, TELETHON).unwrap();
    let most = 256 << 20;
    for (len, expected) in [(most, Ok(2)), (most + 1, Err(ForeignError::TooLarge))] {
        OpenOptions::new().write(true).open(&path).unwrap().set_len(len).unwrap();
        assert_eq!(telethon_file(&path).map(|session| session.dc_id), expected, "{len}");
    }
}

/// The number of the page that holds the key, and what is in it.
fn login_page() -> (usize, Vec<u8>) {
    let key: Vec<u8> = (0..=255).collect();
    let at = TELETHON.windows(key.len()).position(|window| window == key).unwrap();
    let number = at / PAGE_BYTES;
    (number, TELETHON[number * PAGE_BYTES..][..PAGE_BYTES].to_vec())
}

/// A page of a tree that names others: in its cells, and behind them.
fn interior(children: &[u32], last: u32) -> Vec<u8> {
    let mut page = vec![0; PAGE_BYTES];
    page[0] = 5;
    page[3..5].copy_from_slice(&u16::try_from(children.len()).unwrap().to_be_bytes());
    page[8..12].copy_from_slice(&last.to_be_bytes());
    for (index, child) in children.iter().enumerate() {
        let cell = 1024 + 8 * index;
        page[12 + 2 * index..][..2].copy_from_slice(&u16::try_from(cell).unwrap().to_be_bytes());
        page[cell..cell + 4].copy_from_slice(&child.to_be_bytes());
    }
    page
}

/// The file with these pages behind it, and one of its own replaced.
fn with_pages(number: usize, page: &[u8], further: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = TELETHON.to_vec();
    bytes[number * PAGE_BYTES..][..PAGE_BYTES].copy_from_slice(page);
    bytes.extend(further.concat());
    bytes
}

#[test]
fn a_table_is_followed_through_twenty_levels_and_sixty_four_pages() {
    let (number, leaf) = login_page();
    let next = u32::try_from(TELETHON.len() / PAGE_BYTES).unwrap() + 1;
    for (levels, expected) in [(20, Ok(2)), (21, Err(ForeignError::Malformed))] {
        let mut further: Vec<_> = (1..levels - 1).map(|level| interior(&[], next + level)).collect();
        further.push(leaf.clone());
        assert_eq!(read(&with_pages(number, &interior(&[], next), &further)), expected, "{levels} levels");
    }
    // the root, so many leaves in its cells, and one behind them
    for (cells, expected) in [(62, Ok(2)), (63, Err(ForeignError::Malformed))] {
        let root = interior(&vec![next; cells], next);
        assert_eq!(read(&with_pages(number, &root, std::slice::from_ref(&leaf))), expected, "{cells} cells");
    }
}

#[test]
fn a_session_is_read_up_to_64_kibibytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("account.session");
    let server = tg_client::ServerState::Production { dc_id: 2 };
    let session = tg_client::SessionState::new(17, server);
    drop(SessionStore::create(&path, session, Protection::Plain).unwrap());
    let len = usize::try_from(fs::metadata(&path).unwrap().len()).unwrap();
    let pad = |spaces: usize| {
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(&vec![b' '; spaces]).unwrap();
    };
    pad((64 << 10) - len);
    drop(SessionStore::open(&path, Protection::Plain).unwrap());
    pad(1);
    let error = SessionStore::open(&path, Protection::Plain).unwrap_err();
    assert!(matches!(error, SessionError::Malformed { .. }), "{error:?}");
}

/// What becomes of an identity file that asks for so much work (2 to this power), and that no passphrase opens.
fn identity(log_n: u8) -> SessionError {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identity.age");
    let text = format!(
        "age-encryption.org/v1\n-> scrypt {} {log_n}\n{}\n--- {}\n{}",
        "A".repeat(22),
        "A".repeat(43),
        "A".repeat(43),
        "0".repeat(32)
    );
    private::write(&path, text.as_bytes()).unwrap();
    Identity::read(&path, &"a passphrase".to_owned().into()).unwrap_err()
}

#[test]
fn an_identity_may_ask_for_a_gibibyte_of_work() {
    let error = identity(20);
    assert!(matches!(error, SessionError::WrongPassphrase { .. }), "it was tried: {error:?}");
    let error = identity(21);
    assert!(error.to_string().contains("far more work"), "{error}");
}

/// Who holds a session whose lock says this.
#[cfg(unix)]
fn holder(folder: &Path, text: &str) -> Option<u32> {
    let session = folder.join("session");
    let _held = SessionLock::claim(&session).unwrap();
    fs::write(folder.join("session.lock"), text).unwrap();
    match SessionLock::claim(&session) {
        Err(SessionError::InUse { pid, .. }) => pid,
        other => panic!("{other:?}"),
    }
}

#[test]
#[cfg(unix)]
fn the_number_of_a_process_has_ten_digits_at_most() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(holder(folder.path(), "4294967295"), Some(u32::MAX));
    assert_eq!(holder(folder.path(), "42949672950"), None, "not the first ten of them");
    assert_eq!(holder(folder.path(), "00000000042"), None);
}
