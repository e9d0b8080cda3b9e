//! age around an archive (age-encryption.org/v1): for whom it is written, and with whose key it is opened.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, Write};
use std::path::Path;
use std::str::FromStr;

use age::{DecryptError, Decryptor, Encryptor, IdentityFile};

use super::{Archive, ArchiveError, read, write};

/// What every file of age starts with.
pub(crate) const AGE_MAGIC: &[u8] = b"age-encryption.org/v1\n";

/// Somebody who will be able to read: an age public key, `age1…`.
#[derive(Clone)]
pub struct Recipient(age::x25519::Recipient);

impl FromStr for Recipient {
    type Err = ArchiveError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let key = text.trim().parse();
        key.map(Self).map_err(|_| ArchiveError::Recipient { recipient: text.to_owned() })
    }
}

impl Recipient {
    fn key(&self) -> &dyn age::Recipient {
        &self.0
    }
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recipient({})", self.0)
    }
}

/// Writes a whole archive for these recipients, or in the clear if there are none.
///
/// # Errors
/// Whatever `to` says.
pub fn write_for<W: Write>(recipients: &[Recipient], archive: &Archive, to: W) -> io::Result<W> {
    if recipients.is_empty() {
        return write(archive, to);
    }
    let keys = recipients.iter().map(Recipient::key);
    let encryptor = Encryptor::with_recipients(keys).map_err(io::Error::other)?;
    write(archive, encryptor.wrap_output(to)?)?.finish()
}

/// Reads an archive file, encrypted or not. `identities` is the file with the keys, as age-keygen writes it.
///
/// # Errors
/// [`ArchiveError`]; [`ArchiveError::Encrypted`] if a key is needed and none was given.
pub fn open(path: &Path, identities: Option<&Path>) -> Result<Archive, ArchiveError> {
    let mut file = BufReader::new(File::open(path).map_err(ArchiveError::Io)?);
    if !is_sealed(&mut file).map_err(ArchiveError::Io)? {
        return read(file);
    }
    let keys = File::open(identities.ok_or(ArchiveError::Encrypted)?);
    let keys = keys.and_then(|keys| IdentityFile::from_buffer(BufReader::new(keys)));
    let keys = keys.map_err(ArchiveError::Identity)?.into_identities().map_err(ArchiveError::Decrypt)?;
    let decryptor = Decryptor::new_buffered(file).map_err(ArchiveError::Decrypt)?;
    read(decryptor.decrypt(keys.iter().map(|key| any_key(&**key))).map_err(ArchiveError::Decrypt)?)
}

/// age asks for keys without the promise that they can go to another thread.
fn any_key(key: &(dyn age::Identity + Send + Sync)) -> &dyn age::Identity {
    key
}

/// Whether age lies around it; the file stands at its beginning again.
fn is_sealed(file: &mut BufReader<File>) -> io::Result<bool> {
    let mut start = Vec::with_capacity(AGE_MAGIC.len());
    file.by_ref().take(u64::try_from(AGE_MAGIC.len()).unwrap_or_default()).read_to_end(&mut start)?;
    file.rewind()?;
    Ok(start == AGE_MAGIC)
}

/// Whether a key was missing or wrong, and not the file.
pub fn is_key_problem(error: &ArchiveError) -> bool {
    matches!(
        error,
        ArchiveError::Encrypted
            | ArchiveError::Identity(_)
            | ArchiveError::Decrypt(DecryptError::NoMatchingKeys | DecryptError::KeyDecryptionFailed)
    )
}
