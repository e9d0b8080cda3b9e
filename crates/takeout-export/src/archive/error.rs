//! Why an archive cannot be used.

use std::io;

/// A file is no archive, not a whole one, or not one for this program. Entries are counted from 0.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The file system refused.
    #[error("the archive cannot be read")]
    Io(#[source] io::Error),
    /// It starts with something else.
    #[error("this is not an archive of takeout-export")]
    NotAnArchive,
    /// A later container.
    #[error("the archive has version {got} of the container, this program reads version {supported}")]
    Version {
        /// Its version.
        got: u32,
        /// Ours.
        supported: u32,
    },
    /// It ends in the middle, or the whole end is missing.
    #[error("the archive ends after {at_bytes} bytes, inside of entry {entry}")]
    Truncated {
        /// The entry that is not whole.
        entry: u64,
        /// Where the file ends.
        at_bytes: u64,
    },
    /// A length is beyond what this program takes.
    #[error("the {what} of entry {entry} says {got_bytes} bytes, the limit is {limit_bytes}")]
    TooLarge {
        /// The entry.
        entry: u64,
        /// Which length.
        what: &'static str,
        /// What it says.
        got_bytes: u64,
        /// What is allowed.
        limit_bytes: u64,
    },
    /// The bytes of an entry are not those that were written.
    #[error("entry {entry} is damaged: its SHA-256 is another")]
    Damaged {
        /// The entry.
        entry: u64,
    },
    /// Every entry is whole, but they are not the entries that were written.
    #[error("entries of the archive are missing, doubled or in another order")]
    Rearranged,
    /// Something stands behind the end.
    #[error("there is something behind the end of the archive, at byte {at_bytes}")]
    Trailing {
        /// Where.
        at_bytes: u64,
    },
    /// An entry stands where it does not belong, or is of no known kind.
    #[error("entry {entry} is of kind {kind}, which does not belong there")]
    Unexpected {
        /// The entry.
        entry: u64,
        /// Its kind.
        kind: u32,
    },
    /// A label is not what it should be.
    #[error("the label of entry {entry} cannot be read")]
    Label {
        /// The entry.
        entry: u64,
        /// Why.
        source: serde_json::Error,
    },
    /// A body is not one zstd frame of the length that is stated.
    #[error("the body of entry {entry} is not {expected_bytes} bytes of zstd")]
    Body {
        /// The entry.
        entry: u64,
        /// The stated length.
        expected_bytes: u64,
        /// What zstd says, if it is not only the length.
        source: Option<io::Error>,
    },
    /// A reply that every export has is not there.
    #[error("the archive holds no reply to {method}")]
    Missing {
        /// The method.
        method: &'static str,
    },
    /// The replies are of another layer of the API.
    #[error("the archive holds replies of layer {got}, this program reads layer {supported}")]
    Layer {
        /// Theirs.
        got: i32,
        /// Ours.
        supported: i32,
    },
    /// It is encrypted, and nobody gave a key.
    #[error("the archive is encrypted")]
    Encrypted,
    /// None of the given keys opens it, or what age says about it is wrong.
    #[error("the archive cannot be decrypted")]
    Decrypt(#[source] age::DecryptError),
    /// The file with the keys cannot be read.
    #[error("the identity file cannot be read")]
    Identity(#[source] io::Error),
    /// A recipient is no age public key.
    #[error("{recipient} is not a recipient of age: it starts with age1")]
    Recipient {
        /// As it was given; it is public.
        recipient: String,
    },
    /// A label has no text form: a mistake in this program.
    #[error("a label cannot be written")]
    Write(#[source] serde_json::Error),
}
