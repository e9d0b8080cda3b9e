//! What a server keeps in a file, so that its clients outlive it.
//!
//! **Owns** the form of the file, and when it is written ([`keeper`]): beside its place and then moved there, so that a
//! reader finds the old file or the new one, whenever the server ends. **Must not know** what a call means; each part of
//! the state says itself how it is kept (`kept.rs`).
//!
//! ```text
//! {"format":"testdc store","version":1,"sha256":"…"}        the hash of everything behind this line
//! {"rsa_key":…,"accounts":[…],"people":[…],"keys":{"2":[…]}}
//! ```

mod keeper;
mod state;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mtproto::crypto::sha256;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::key::KeyError;
pub(crate) use keeper::Keeper;
pub(crate) use state::State;

const FORMAT: &str = "testdc store";

/// The only form so far.
const VERSION: u32 = 1;

/// A file that the state of a server cannot be read from or written to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file cannot be read.
    #[error("reading the store {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("writing the store {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is something else.
    #[error("{} is not a store of testdc", path.display())]
    NotAStore {
        /// The file.
        path: PathBuf,
    },
    /// Another version of this program has written the file.
    #[error("the store {} has version {got}; this program reads version {VERSION}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        got: u32,
    },
    /// The file was cut short or changed behind the back of this program.
    #[error("the store {} is damaged: its hash is another one", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The hash is right, and yet this is no state of a server.
    #[error("the store {} is damaged", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Where it stops to make sense.
        source: serde_json::Error,
    },
    /// Its parts do not belong together.
    #[error("the store {} contradicts itself", path.display())]
    Contradiction {
        /// The file.
        path: PathBuf,
        /// How.
        source: Contradiction,
    },
}

/// Parts of a store that do not belong together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Contradiction {
    /// An auth key that is none.
    #[error("an auth key does not have 256 bytes")]
    KeyLength,
    /// A key is logged in to an account that is not there.
    #[error("a login leads to no account")]
    LoginOfNobody,
    /// Keys of a data centre that is not served: `dcs` must be what it was.
    #[error("there are keys of data centre {dc_id}, which is not served")]
    UnknownDc {
        /// The data centre.
        dc_id: i32,
    },
    /// The RSA key cannot be used.
    #[error(transparent)]
    RsaKey(#[from] KeyError),
}

/// Bytes that are text in a file.
pub(crate) struct Base64(pub(crate) Vec<u8>);

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// The first line.
#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    version: u32,
    sha256: Base64,
}

/// The file, and what it holds as far as this process knows.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    /// The hash of what was written last.
    written: Mutex<Option<[u8; 32]>>,
}

impl Store {
    pub(crate) fn at(path: PathBuf) -> Self {
        Self { path, written: Mutex::default() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What the file holds; nothing if there is none yet.
    ///
    /// # Errors
    /// [`StoreError`], but for `Write`.
    pub(crate) fn read(&self) -> Result<Option<State>, StoreError> {
        let path = || self.path.clone();
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StoreError::Read { path: path(), source }),
        };
        let head_bytes = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
        let (head, body) = bytes.split_at(head_bytes);
        let head = serde_json::from_slice::<Head>(head).ok().filter(|head| head.format == FORMAT);
        let head = head.ok_or_else(|| StoreError::NotAStore { path: path() })?;
        if head.version != VERSION {
            return Err(StoreError::Version { path: path(), got: head.version });
        }
        let body = body.get(1..).unwrap_or_default();
        if sha256(&[body]).as_slice() != head.sha256.0 {
            return Err(StoreError::Damaged { path: path() });
        }
        let state = serde_json::from_slice(body);
        state.map(Some).map_err(|source| StoreError::Unreadable { path: path(), source })
    }

    /// Writes the file, unless that is what it holds.
    ///
    /// # Errors
    /// [`StoreError::Write`].
    pub(crate) fn write(&self, state: &State) -> Result<(), StoreError> {
        let failed = |source| StoreError::Write { path: self.path.clone(), source };
        let body = serde_json::to_vec(state).map_err(|error| failed(error.into()))?;
        let hash = sha256(&[&body]);
        // held while the file is written: nobody else writes the same one
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if *written == Some(hash) {
            return Ok(());
        }
        let head = Head { format: FORMAT.to_owned(), version: VERSION, sha256: Base64(hash.to_vec()) };
        let mut bytes = serde_json::to_vec(&head).map_err(|error| failed(error.into()))?;
        bytes.push(b'\n');
        bytes.extend_from_slice(&body);
        replace(&self.path, &bytes).map_err(failed)?;
        *written = Some(hash);
        Ok(())
    }
}

/// Puts a whole file in the place of another one. Only its owner can read it: it holds keys.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file: File = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cut_and_every_changed_byte_is_noticed() {
        let path = std::env::temp_dir().join(format!("testdc-store-{}", std::process::id()));
        let store = Store::at(path.clone());
        assert!(store.read().unwrap().is_none(), "a file that is not there is no error");
        store.write(&State::default()).unwrap();
        assert!(store.read().unwrap().is_some());
        let whole = fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            assert!(store.read().is_err(), "cut at {cut}");
        }
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, &changed).unwrap();
            assert!(store.read().is_err(), "changed at {at}");
        }
        fs::write(&path, String::from_utf8(whole).unwrap().replace("\"version\":1", "\"version\":2"))
            .unwrap();
        assert!(matches!(store.read(), Err(StoreError::Version { got: 2, .. })));
        fs::remove_file(&path).unwrap();
    }
}
