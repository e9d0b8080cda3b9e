//! Zero-copy codec for TL, the serialisation language of Telegram (MTProto, "TL language" and "Binary data
//! serialization" on core.telegram.org).
//!
//! The crate owns one hop of the project: **bytes ↔ TL values**. It knows no schema; the types that it reads and
//! writes are generated elsewhere (`tl-api`, `mtproto`) and implement the traits of this crate:
//!
//! | trait | what it says |
//! |---|---|
//! | [`Decode`] | a value can be read from a [`Reader`], borrowing from its bytes |
//! | [`Encode`] | a value knows its exact length and can be appended to a buffer |
//! | [`Constructor`] | a combinator of the schema: name, id, and its fields without the id |
//! | [`Shape`] | what a reply looks like, for any lifetime |
//! | [`Function`] | a request, with the shape of its reply |
//!
//! ```
//! use tl_codec::{Decode, Encode, Reader, VecRef};
//!
//! // Vector<long> [1, 2], as section "Vectors" of the TL page has it.
//! let bytes = [1_i64, 2].as_slice().to_bytes();
//! assert_eq!(bytes[..4], [0x15, 0xc4, 0xb5, 0x1c]);
//!
//! let mut reader = Reader::new(&bytes);
//! let ids = VecRef::<i64>::decode(&mut reader)?;
//! reader.finish("Vector<long>")?;
//! assert_eq!(ids.iter().collect::<Vec<_>>(), [1, 2]);
//! # Ok::<(), tl_codec::DecodeError>(())
//! ```
//!
//! # Three ways to read
//!
//! **Borrowed values** check everything at once; the parts are then at hand, any number of times. `Vec<T>` comes as
//! [`VecRef`], which the example above reads.
//!
//! **A stream** decodes the items of a vector once each while the reader moves over them, and allocates nothing: for
//! vectors of thousands. A faulty item is reported when its turn comes.
//!
//! ```
//! use tl_codec::{Encode, Reader, Str};
//!
//! let bytes = ["Ada", "Grace"].as_slice().to_bytes();
//! let mut reader = Reader::new(&bytes);
//! let mut letters = 0;
//! for name in reader.vector::<Str>()? {
//!     let name = name?;
//!     name.check().expect("UTF-8"); // or to_str(), or to_str_lossy()
//!     letters += name.as_bytes().len();
//! }
//! reader.finish("Vector<string>")?;
//! assert_eq!(letters, 8);
//! # Ok::<(), tl_codec::DecodeError>(())
//! ```
//!
//! **Without types** the crate `tl-dynamic` reads by a schema that is known at run time alone: names, fields, JSON. What
//! has no type at all stays a [`RawObject`], which says its constructor id.
//!
//! ```
//! use tl_codec::{Decode, Encode, RawObject};
//!
//! let bytes = [7_i64].as_slice().to_bytes();
//! assert_eq!(RawObject::from_bytes(&bytes)?.id(), 0x1cb5c415);
//! # Ok::<(), tl_codec::DecodeError>(())
//! ```
//!
//! # Two ways to write
//!
//! Owned and borrowed values are both [`Encode`]: what was read can be written back as it is, unknown flag bits
//! included. [`Encode::encoded_len`] is exact, so one buffer is enough.
//!
//! ```
//! use tl_codec::{Decode, Encode, VecRef};
//!
//! let owned = vec![String::from("Ada")].to_bytes();
//! let borrowed = VecRef::<tl_codec::Str>::from_bytes(&owned)?;
//! assert_eq!((borrowed.encoded_len(), borrowed.to_bytes()), (owned.len(), owned.clone()));
//! # Ok::<(), tl_codec::DecodeError>(())
//! ```
//!
//! Decoding never panics, allocates for an error only (a box, and the path in it, which has at most
//! [`limits::MAX_PATH_LEN`] steps) and never recurses deeper than [`limits::MAX_DEPTH`]. Strings stay as the bytes that the
//! peer sent ([`Str`]): UTF-8 is checked where a string is read, so that one broken name never costs a whole reply.
//!
//! Read next: [`Reader`], then [`VecRef`], then [`Reply`].

#![forbid(unsafe_code)]
#![no_std]

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

extern crate alloc;
#[cfg(test)]
extern crate std;

mod decode;
mod encode;
mod error;
mod flags;
mod generated;
mod lazy;
mod leaf;
pub mod limits;
mod places;
mod primitive;
mod raw;
mod reader;
mod redacted;
mod reply;
mod str;
mod stream;
mod utf8;
mod vector;

/// What [`Encode`] appends to, under a name that macros can use from any crate.
#[doc(hidden)]
pub type Buffer = alloc::vec::Vec<u8>;

pub use crate::decode::{Decode, DecodeBare};
pub use crate::encode::{Constructor, Encode, EncodeBare, bytes_len, encode_bytes, encode_words, or_empty};
pub use crate::error::{DecodeError, ErrorKind, PathSegment};
pub use crate::flags::{Shared, bit, bits, is_set};
#[doc(hidden)]
pub use crate::generated::put;
pub use crate::lazy::Lazy;
pub use crate::places::{Places, stands_alone};
pub use crate::primitive::{BOOL_FALSE, BOOL_TRUE, Int128, Int256};
pub use crate::raw::{RawBytes, RawObject};
pub use crate::reader::Reader;
pub use crate::redacted::Redacted;
pub use crate::reply::{Function, Reply, Shape};
pub use crate::str::{Str, Utf8Error};
pub use crate::stream::Stream;
pub use crate::vector::{
    Bare, BareVecRef, Iter, VECTOR, VecRef, bare_vector_len, encode_bare_vector, encode_vector, vector_len,
};
