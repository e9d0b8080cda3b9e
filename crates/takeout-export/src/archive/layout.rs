//! The bytes of an archive: docs/archive.md, sections "Head" and "Entries". All integers are little-endian.
//!
//! ```text
//! head    89 54 4b 58 0d 0a 1a 0a │ version u32
//! entry   kind u32 │ label_bytes u32 │ stored_bytes u64 │ plain_bytes u64 │ label │ stored │ sha256
//!         ╰───────────────────── the SHA-256 is that of all of this ──────────────────╯
//! ```

use std::ops::Range;

/// What the file starts with. As in PNG (its specification, section 5.2): a byte that no text starts with, then both
/// line ends and a Ctrl-Z, so that a transfer which takes it for text is noticed at once.
pub const MAGIC: [u8; 8] = *b"\x89TKX\r\n\x1a\n";
/// The version of the container. A reader refuses any other.
pub const VERSION: u32 = 1;

/// [`MAGIC`] and [`VERSION`].
pub const HEAD_BYTES: usize = 12;
/// The fixed part of an entry, in front of its label.
pub const ENTRY_HEAD_BYTES: usize = 24;
/// SHA-256.
pub const HASH_BYTES: usize = 32;

/// The longest label. Ours have a few hundred bytes; the rest is room for later versions.
pub const MAX_LABEL_BYTES: u32 = 64 << 10;
/// The longest reply: twice what a connection takes in (`mtproto`'s limit for an inflated body is 32 MiB).
pub const MAX_REPLY_BYTES: u64 = 64 << 20;
/// A reply that cannot be compressed grows a little: zstd's bound is 1/256 and some bytes (RFC 8878, section 3.1.1.2).
pub const MAX_STORED_BYTES: u64 = MAX_REPLY_BYTES + (MAX_REPLY_BYTES >> 8) + 1024;
/// All replies of an archive together, as they lie in memory.
pub const MAX_TOTAL_BYTES: u64 = 512 << 20;
/// The largest window that a reader makes for zstd, as a power of two: level 3, which is what is written, stays at 21.
pub const MAX_WINDOW_LOG: u32 = 23;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The first: [`Run`](super::Run) as its label, no body.
    Run,
    /// A reply: [`About`](super::About) as its label, the TL object as its body.
    Reply,
    /// The last: [`End`] as its label, no body.
    End,
}

impl Kind {
    /// The number in the file.
    pub const fn number(self) -> u32 {
        match self {
            Self::Run => 1,
            Self::Reply => 2,
            Self::End => 3,
        }
    }

    /// The kind with this number.
    pub const fn of(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Run),
            2 => Some(Self::Reply),
            3 => Some(Self::End),
            _ => None,
        }
    }
}

/// The label of the last entry.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct End {
    /// How many entries stand before it.
    pub entries: u64,
    /// SHA-256 of every byte before it, hex: entries cannot be left out, doubled or put in another order.
    pub sha256: String,
}

/// The fixed part of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryHead {
    /// [`Kind`].
    pub kind: u32,
    /// Length of the label.
    pub label_bytes: u32,
    /// Length of the body as it stands in the file: one zstd frame, or nothing.
    pub stored_bytes: u64,
    /// Length of the body as it came.
    pub plain_bytes: u64,
}

impl EntryHead {
    /// As it stands in the file.
    pub fn to_bytes(self) -> [u8; ENTRY_HEAD_BYTES] {
        let mut bytes = [0; ENTRY_HEAD_BYTES];
        let fields = self.kind.to_le_bytes().into_iter();
        let fields = fields.chain(self.label_bytes.to_le_bytes()).chain(self.stored_bytes.to_le_bytes());
        for (to, from) in bytes.iter_mut().zip(fields.chain(self.plain_bytes.to_le_bytes())) {
            *to = from;
        }
        bytes
    }

    /// From the file.
    pub fn from_bytes(bytes: [u8; ENTRY_HEAD_BYTES]) -> Self {
        let number = |range: Range<usize>| {
            bytes.get(range).unwrap_or_default().iter().rev().fold(0, |high, low| high << 8 | u64::from(*low))
        };
        let short = |range: Range<usize>| u32::try_from(number(range)).unwrap_or(u32::MAX);
        Self {
            kind: short(0..4),
            label_bytes: short(4..8),
            stored_bytes: number(8..16),
            plain_bytes: number(16..24),
        }
    }
}
