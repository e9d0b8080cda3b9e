//! The key that sessions are encrypted to.
//!
//! The format is age v1 (<https://age-encryption.org/v1>), binary: one X25519 recipient for a session, one scrypt
//! recipient for the identity itself where a passphrase guards it. Nothing in the files is of our own making, so
//! `age --decrypt --identity` opens them.

use core::fmt;
use std::io::{Read, Write};
use std::path::Path;
use std::str::FromStr;

use age::secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::error::{SessionError, malformed};
use super::private;

/// scrypt's cost: N = 2^17, with r = 8 and p = 1, which takes 128 MiB and about half a second.
pub const SCRYPT_LOG_N: u8 = 17;
/// A file that asks for more than this is not ours, and would hold the machine up.
const MAX_SCRYPT_LOG_N: u8 = 20;

/// One X25519 key pair; it opens every session of a data folder.
#[derive(Clone)]
pub struct Identity(age::x25519::Identity);

impl Identity {
    /// A new one, from the operating system's entropy.
    pub fn generate() -> Self {
        Self(age::x25519::Identity::generate())
    }

    /// Reads age's own text form, `AGE-SECRET-KEY-1…`. `None` if the text is not that.
    pub fn from_text(text: &SecretString) -> Option<Self> {
        age::x25519::Identity::from_str(text.expose_secret().trim()).ok().map(Self)
    }

    /// age's own text form.
    pub fn to_text(&self) -> SecretString {
        self.0.to_string()
    }

    /// The public half, `age1…`.
    pub fn recipient(&self) -> String {
        self.0.to_public().to_string()
    }

    /// Reads an identity that a passphrase guards.
    ///
    /// # Errors
    /// [`SessionError`]: the file is missing, open to others or damaged, or the passphrase is another one.
    pub fn read(path: &Path, passphrase: &SecretString) -> Result<Self, SessionError> {
        let wrapped = private::read(path)?;
        let mut key = age::scrypt::Identity::new(passphrase.clone());
        key.set_max_work_factor(MAX_SCRYPT_LOG_N);
        let text = open(&key, &wrapped).map_err(|error| match error {
            // a wrong passphrase cannot be told from a flipped bit of the salt
            age::DecryptError::DecryptionFailed | age::DecryptError::KeyDecryptionFailed => {
                SessionError::WrongPassphrase { path: path.to_owned() }
            }
            error => malformed(path, damage(&error)),
        })?;
        let text = core::str::from_utf8(&text).map_err(|_| malformed(path, NO_IDENTITY))?;
        Self::from_text(&SecretString::from(text)).ok_or_else(|| malformed(path, NO_IDENTITY))
    }

    /// Writes the identity to a new file, guarded by a passphrase.
    ///
    /// # Errors
    /// [`SessionError::Io`], also if there is a file already: the sessions of another identity would be lost.
    pub fn write_new(&self, path: &Path, passphrase: &SecretString) -> Result<(), SessionError> {
        let mut key = age::scrypt::Recipient::new(passphrase.clone());
        key.set_work_factor(SCRYPT_LOG_N);
        let text = self.to_text();
        let wrapped = seal(&key, text.expose_secret().as_bytes(), path)?;
        private::write_new(path, &wrapped)
    }

    /// Encrypts the content of a session file; `path` is what an error names.
    pub(super) fn seal(&self, text: &[u8], path: &Path) -> Result<Vec<u8>, SessionError> {
        seal(&self.0.to_public(), text, path)
    }

    /// Decrypts and authenticates the content of a session file, all of it or nothing.
    pub(super) fn open(&self, sealed: &[u8], path: &Path) -> Result<Zeroizing<Vec<u8>>, SessionError> {
        open(&self.0, sealed).map_err(|error| match error {
            age::DecryptError::NoMatchingKeys => SessionError::WrongIdentity { path: path.to_owned() },
            error => malformed(path, damage(&error)),
        })
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(<redacted>)")
    }
}

const NO_IDENTITY: &str = "it holds no identity";

/// Whether bytes are an age file, by their first line.
pub(super) fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(b"age-encryption.org/v1\n")
}

fn seal(key: &dyn age::Recipient, text: &[u8], path: &Path) -> Result<Vec<u8>, SessionError> {
    let fault = |source| SessionError::Io { action: "encrypt", path: path.to_owned(), source };
    let encryptor = age::Encryptor::with_recipients(core::iter::once(key))
        .map_err(|error| fault(std::io::Error::other(error)))?;
    let mut sealed = Vec::with_capacity(text.len() + 512);
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(fault)?;
    writer.write_all(text).map_err(fault)?;
    writer.finish().map_err(fault)?;
    Ok(sealed)
}

fn open(key: &dyn age::Identity, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, age::DecryptError> {
    let mut reader = age::Decryptor::new(sealed)?.decrypt(core::iter::once(key))?;
    // as long as it can become: a buffer that grows leaves copies of the key behind
    let mut text = Zeroizing::new(Vec::with_capacity(sealed.len()));
    reader.read_to_end(&mut text)?;
    Ok(text)
}

/// What is wrong, in words that quote nothing of the file.
fn damage(error: &age::DecryptError) -> &'static str {
    match error {
        age::DecryptError::InvalidMac => "its header was changed",
        age::DecryptError::InvalidHeader => "its header cannot be read",
        age::DecryptError::UnknownFormat => "it is no age file of a version that this program knows",
        age::DecryptError::ExcessiveWork { .. } => "it asks for far more work than this program does",
        age::DecryptError::Io(_) => "it was cut short or changed",
        age::DecryptError::NoMatchingKeys => "it is not guarded by a passphrase",
        _ => "it cannot be decrypted",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_guards_the_identity_and_no_other_opens_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.age");
        let identity = Identity::generate();
        identity.write_new(&path, &SecretString::from("correct horse")).unwrap();
        let again = Identity::read(&path, &SecretString::from("correct horse")).unwrap();
        assert_eq!(again.recipient(), identity.recipient());
        assert_eq!(again.to_text().expose_secret(), identity.to_text().expose_secret());
        let error = Identity::read(&path, &SecretString::from("battery staple")).unwrap_err();
        assert!(matches!(error, SessionError::WrongPassphrase { .. }), "{error}");
        let text = std::fs::read(&path).unwrap();
        let header = String::from_utf8_lossy(&text);
        let stanza = header.lines().nth(1).unwrap();
        assert!(stanza.starts_with("-> scrypt ") && stanza.ends_with(" 17"), "{stanza}");
    }

    #[test]
    fn files_that_are_no_identity_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.age");
        let passphrase = SecretString::from("x");
        for content in [&b""[..], b"age-encryption.org/v1\n", b"nonsense", b"age-encryption.org/v2\n-> x\n"] {
            private::write(&path, content).unwrap();
            let error = Identity::read(&path, &passphrase).unwrap_err();
            assert!(matches!(error, SessionError::Malformed { .. }), "{error}");
        }
        // one that asks for hours of work is refused at once
        let greedy = b"age-encryption.org/v1\n-> scrypt bBjlhJVYZeE4aqUdmtRHfw 40\n\
            8HwTSKNUMPDFKGfVLXZUMLTMDbhXhEnAb0AGmjpyG8M\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n0123456789abcdef";
        private::write(&path, greedy).unwrap();
        let error = Identity::read(&path, &passphrase).unwrap_err();
        assert!(matches!(error, SessionError::Malformed { .. }), "{error}");
    }

    #[test]
    fn it_is_not_shown() {
        let identity = Identity::generate();
        assert_eq!(format!("{identity:?}"), "Identity(<redacted>)");
        assert!(Identity::from_text(&SecretString::from("AGE-SECRET-KEY-1")).is_none());
    }
}
