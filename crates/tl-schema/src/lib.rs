//! The compiler of TL schemas: `.tl` text to a checked syntax tree to Rust text.
//!
//! ```text
//! text ─► Schema ─► Index ─► Closure ─► files
//!         parse     ids and   what the    Rust text, still
//!                   names     roots reach to be laid out
//! ```
//!
//! | step | what it does | what it refuses, with line and column |
//! |---|---|---|
//! | [`Schema::parse`] | nom parser for the grammar of "TL language" | the first thing that is not TL; nothing is skipped |
//! | [`Schema::check_ids`] | holds every id against the CRC32 of the declaration | another id, unless it is one of [`KNOWN_EXCEPTIONS`] |
//! | [`Index::new`] | resolves every name | unknown types, flag bits without their word, forms without a meaning, other forms of what the codec has built in |
//! | [`Closure::new`] | follows a [`Plan`]'s roots | an opaque type where nothing says how long it is |
//! | [`generate()`] | writes the types | names that clash or that Rust cannot write, forms that generated code does not have, types without a finite value |
//!
//! The crate reads and writes no files and runs no programs: `cargo xtask codegen` does. Its result depends on its
//! arguments alone.
//!
//! ```
//! use tl_schema::{Index, Schema};
//!
//! let schema = Schema::parse("pong#347773c5 msg_id:long ping_id:long = Pong;")?;
//! let index = Index::new(&schema)?;
//! let pong = index.by_id(0x3477_73c5).map(ToString::to_string);
//! assert_eq!(pong.as_deref(), Some("pong#347773c5 msg_id:long ping_id:long = Pong;"));
//!
//! let wrong = Schema::parse("pong#347773c6 msg_id:long ping_id:long = Pong;")?;
//! assert_eq!(
//!     Index::new(&wrong).unwrap_err().to_string(),
//!     "1:1: pong is declared with id 347773c6, but its text has the id 347773c5"
//! );
//! # Ok::<(), tl_schema::SchemaError>(())
//! ```
//!
//! Read next: [`ast`], then [`Index`], then [`Plan`].

#![forbid(unsafe_code)]

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod ast;
#[expect(clippy::format_push_string, reason = "`write!` would return a result that cannot fail")]
mod canonical;
mod closure;
mod error;
#[expect(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "text is put together once; `write!` would return results that cannot fail"
)]
mod generate;
mod id;
mod index;
mod model;
mod parse;
mod plan;
mod print;

pub use crate::ast::{Position, Schema};
pub use crate::closure::Closure;
pub use crate::error::{SchemaError, SchemaErrorKind};
pub use crate::generate::{GeneratedFile, generate, generate_list};
pub use crate::id::{KNOWN_EXCEPTIONS, KnownException};
pub use crate::index::{Index, Wire};
pub use crate::parse::MAX_TYPE_DEPTH;
pub use crate::plan::{ExpectedLint, Hot, Plan};
