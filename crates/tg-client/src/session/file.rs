//! A session in its file.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::error::{SessionError, io_error};
use super::identity::{self, Identity};
use super::lock::SessionLock;
use super::state::{SESSION_VERSION, SessionState};
use super::{private, text};

/// How a session lies on the disk.
#[derive(Debug, Clone)]
pub enum Protection {
    /// As text that whoever can read the file can use.
    Plain,
    /// Encrypted to this identity, and authenticated.
    Sealed(Identity),
}

/// What can be told of a session file without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// There is no file.
    Missing,
    /// As text.
    Plain,
    /// Encrypted.
    Sealed,
}

/// Looks what a file is, without taking it.
///
/// # Errors
/// [`SessionError`]: the file is open to others or somebody else's, or is neither form of a session.
pub fn form(path: &Path) -> Result<Form, SessionError> {
    let content = match private::read(path) {
        Err(SessionError::Missing { .. }) => return Ok(Form::Missing),
        content => content?,
    };
    match content.first() {
        _ if identity::is_sealed(&content) => Ok(Form::Sealed),
        Some(b'{') => Ok(Form::Plain),
        _ => Err(super::error::malformed(path, "it is neither encrypted nor JSON")),
    }
}

/// A session, in memory and (unless it was made for one run only) in a file that no other process uses meanwhile.
///
/// Every change is on disk when [`update`](Self::update) returns.
#[derive(Debug)]
pub struct SessionStore {
    place: Option<Place>,
    state: Mutex<SessionState>,
}

#[derive(Debug)]
struct Place {
    path: PathBuf,
    protection: Protection,
    was_renewed: bool,
    _lock: SessionLock,
}

impl SessionStore {
    /// A session that ends with the process.
    pub fn in_memory(state: SessionState) -> Self {
        Self { place: None, state: Mutex::new(state) }
    }

    /// Takes and reads a session. One of an older version, or a plain one that is to be sealed, is rewritten at once.
    ///
    /// # Errors
    /// [`SessionError`]: the file is missing, open to others, somebody else's, in use, damaged, of a newer version, or
    /// encrypted and `protection` does not open it.
    pub fn open(path: &Path, protection: Protection) -> Result<Self, SessionError> {
        // before the lock, which would leave a file behind where there is no session
        private::read(path)?;
        let lock = SessionLock::claim(path)?;
        private::sweep(path);
        let (state, is_present_form) = read(path, &protection)?;
        let was_renewed = !is_present_form;
        let place = Place { path: path.to_owned(), protection, was_renewed, _lock: lock };
        if was_renewed {
            place.write(&state)?;
        }
        Ok(Self { place: Some(place), state: Mutex::new(state) })
    }

    /// Reads a session without taking it: another process may use it meanwhile, and nothing is rewritten.
    ///
    /// # Errors
    /// As [`open`](Self::open), but for a session that is in use.
    pub fn peek(path: &Path, protection: &Protection) -> Result<SessionState, SessionError> {
        read(path, protection).map(|(state, _)| state)
    }

    /// Starts a session in a new file, or in place of an older one.
    ///
    /// # Errors
    /// [`SessionError::Io`], [`SessionError::InUse`], and a folder in which others can write.
    pub fn create(path: &Path, state: SessionState, protection: Protection) -> Result<Self, SessionError> {
        private::create_folder(private::folder_of(path))?;
        let lock = SessionLock::claim(path)?;
        private::sweep(path);
        let place = Place { path: path.to_owned(), protection, was_renewed: false, _lock: lock };
        place.write(&state)?;
        Ok(Self { place: Some(place), state: Mutex::new(state) })
    }

    /// The file, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.place.as_ref().map(|place| place.path.as_path())
    }

    /// Whether [`open`](Self::open) rewrote the file: its version was old, or it was plain and is sealed now.
    pub fn was_renewed(&self) -> bool {
        self.place.as_ref().is_some_and(|place| place.was_renewed)
    }

    /// A copy of the present state.
    pub fn state(&self) -> SessionState {
        self.lock().clone()
    }

    /// Changes the state and writes it.
    ///
    /// # Errors
    /// [`SessionError::Io`]; the state in memory is changed even then, the file is the old one.
    pub fn update(&self, change: impl FnOnce(&mut SessionState)) -> Result<(), SessionError> {
        let mut state = self.lock();
        change(&mut state);
        match &self.place {
            Some(place) => place.write(&state),
            None => Ok(()),
        }
    }

    /// Removes the file.
    ///
    /// # Errors
    /// [`SessionError::Io`].
    pub fn remove(self) -> Result<(), SessionError> {
        match self.place {
            Some(place) => fs::remove_file(&place.path).map_err(io_error("remove", &place.path)),
            None => Ok(()),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, SessionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is in the file, and whether it is so in the form that `protection` and this version would write.
fn read(path: &Path, protection: &Protection) -> Result<(SessionState, bool), SessionError> {
    let content = private::read(path)?;
    let (is_as_wanted, (state, version)) = match (protection, identity::is_sealed(&content)) {
        (Protection::Plain, true) => return Err(SessionError::Sealed { path: path.to_owned() }),
        (Protection::Sealed(identity), true) => (true, text::parse(path, &identity.open(&content, path)?)?),
        (Protection::Plain, false) => (true, text::parse(path, &content)?),
        (Protection::Sealed(_), false) => (false, text::parse(path, &content)?),
    };
    Ok((state, is_as_wanted && version == u64::from(SESSION_VERSION)))
}

impl Place {
    fn write(&self, state: &SessionState) -> Result<(), SessionError> {
        let text = text::write(&self.path, state)?;
        match &self.protection {
            Protection::Plain => private::write(&self.path, &text),
            Protection::Sealed(identity) => private::write(&self.path, &identity.seal(&text, &self.path)?),
        }
    }
}

#[cfg(test)]
mod tests;
