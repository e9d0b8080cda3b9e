//! What can be wrong with bytes, and where.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use crate::limits::{MAX_DEPTH, MAX_PATH_LEN};

/// Bytes that are not the TL value that was asked for.
///
/// It knows what is wrong ([`kind`](Self::kind)), at which byte ([`offset`](Self::offset)) and inside which types and
/// fields ([`path`](Self::path)); the text reads like `contacts.contacts → users[17] → user → phone: 12 bytes short at
/// offset 0x1f4`. It holds no bytes of the input, so that it is safe to log.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    offset: usize,
    /// Innermost first.
    path: Vec<PathSegment>,
    /// Whether steps are missing at the outer end.
    is_cut: bool,
}

/// What is wrong with the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes end too early.
    Short {
        /// How many more bytes are needed at least.
        missing_bytes: usize,
    },
    /// A constructor id that the type does not have.
    UnknownConstructor {
        /// The id that was found.
        got: u32,
    },
    /// Another constructor id than the only possible one.
    WrongConstructor {
        /// The id that was expected.
        expected: u32,
        /// The id that was found.
        got: u32,
    },
    /// A vector claims more items than the rest of the bytes can hold.
    VectorTooLong {
        /// The count that was claimed.
        count: u32,
        /// The bytes that are left for the items.
        remaining_bytes: usize,
    },
    /// A byte that cannot start a `string` or `bytes`.
    BadLengthByte {
        /// The byte that was found: `0xff`.
        got: u8,
    },
    /// Values nest deeper than [`MAX_DEPTH`].
    TooDeep,
    /// Bytes remain behind the value.
    Trailing {
        /// How many.
        trailing_bytes: usize,
    },
    /// A string that was asked for as `&str` is not UTF-8; the offset is that of the first byte that is none.
    InvalidUtf8 {
        /// How many bytes of the string are valid.
        valid_bytes: usize,
    },
}

/// One step of the way from the outermost value to the faulty byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathSegment {
    /// A combinator or type, by its schema name.
    Type(&'static str),
    /// A field, by its schema name.
    Field(&'static str),
    /// An item of a vector, by its index.
    Item(usize),
}

impl DecodeError {
    /// An error at `offset` (bytes from the start of the outermost input), with an empty path.
    #[cold]
    #[inline(never)]
    pub fn new(kind: ErrorKind, offset: usize) -> Self {
        Self(Box::new(Inner { kind, offset, path: Vec::new(), is_cut: false }))
    }

    /// What is wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Where, in bytes from the start of the input.
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// The way to the faulty value, outermost first; of a longer one the last [`MAX_PATH_LEN`] steps, behind an `…` in the
    /// text.
    pub fn path(&self) -> impl Iterator<Item = PathSegment> + '_ {
        self.0.path.iter().rev().copied()
    }

    /// The same error, one level further out; called while it travels up.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn within(mut self, segment: PathSegment) -> Self {
        // what encloses the fault most closely says where it is
        if self.0.path.len() == MAX_PATH_LEN {
            self.0.is_cut = true;
        } else {
            self.0.path.push(segment);
        }
        self
    }

    /// The same error, inside the field `name` of the combinator `owner`.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn in_field(self, owner: &'static str, name: &'static str) -> Self {
        self.within(PathSegment::Field(name)).within(PathSegment::Type(owner))
    }

    /// The same error with its offset counted from `base` bytes further out.
    ///
    /// For a value that was cut out of a larger one (a lazy field, an item of a vector).
    #[must_use]
    pub fn shifted(mut self, base: usize) -> Self {
        self.0.offset = self.0.offset.saturating_add(base);
        self
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = !self.0.is_cut;
        if self.0.is_cut {
            f.write_str("…")?;
        }
        for segment in self.path() {
            match segment {
                PathSegment::Item(index) => write!(f, "[{index}]")?,
                PathSegment::Type(name) | PathSegment::Field(name) if first => f.write_str(name)?,
                PathSegment::Type(name) | PathSegment::Field(name) => write!(f, " → {name}")?,
            }
            first = false;
        }
        let separator = if first { "" } else { ": " };
        write!(f, "{separator}{} at offset {:#x}", self.kind(), self.offset())
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecodeError({self})")
    }
}

impl core::error::Error for DecodeError {}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short { missing_bytes } => write!(f, "{missing_bytes} bytes short"),
            Self::UnknownConstructor { got } => write!(f, "unknown constructor {got:#010x}"),
            Self::WrongConstructor { expected, got } => {
                write!(f, "constructor {got:#010x} instead of {expected:#010x}")
            }
            Self::VectorTooLong { count, remaining_bytes } => {
                write!(f, "a vector of {count} items in {remaining_bytes} bytes")
            }
            Self::BadLengthByte { got } => write!(f, "length byte {got:#04x}"),
            Self::TooDeep => write!(f, "more than {MAX_DEPTH} values inside each other"),
            Self::Trailing { trailing_bytes } => write!(f, "{trailing_bytes} bytes behind the value"),
            Self::InvalidUtf8 { valid_bytes } => write!(f, "invalid UTF-8 after {valid_bytes} bytes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn reads_like_a_place() {
        let error = DecodeError::new(ErrorKind::Short { missing_bytes: 12 }, 0x1f4)
            .within(PathSegment::Field("phone"))
            .within(PathSegment::Type("user"))
            .within(PathSegment::Item(17))
            .within(PathSegment::Field("users"))
            .within(PathSegment::Type("contacts.contacts"));
        assert_eq!(
            error.to_string(),
            "contacts.contacts → users[17] → user → phone: 12 bytes short at offset 0x1f4"
        );
    }

    #[test]
    fn keeps_the_inner_end_of_a_long_path() {
        let mut error = DecodeError::new(ErrorKind::TooDeep, 0).within(PathSegment::Type("innermost"));
        for index in 1..MAX_PATH_LEN {
            error = error.within(PathSegment::Item(index));
        }
        assert!(error.to_string().starts_with("[15][14]"), "{error}");
        for step in [PathSegment::Item(16), PathSegment::Field("users"), PathSegment::Type("outermost")] {
            error = error.within(step);
        }
        assert_eq!(error.path().count(), MAX_PATH_LEN);
        let text = error.to_string();
        assert!(text.starts_with("…[15][14]") && text.contains("[1] → innermost: more than"), "{text}");
        let error =
            (0..MAX_PATH_LEN).fold(error.shifted(4), |error, _| error.within(PathSegment::Field("x")));
        assert_eq!(error.path().last(), Some(PathSegment::Type("innermost")));
    }
}
