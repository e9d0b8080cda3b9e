//! The compiler of TL schemas.
#![doc = ""]

pub mod ast;
mod error;
mod id;
mod parse;
mod print;

pub use crate::ast::{Position, Schema};
pub use crate::error::{SchemaError, SchemaErrorKind};
pub use crate::id::{KNOWN_EXCEPTIONS, KnownException};
