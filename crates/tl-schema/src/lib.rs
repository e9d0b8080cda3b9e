//! The compiler of TL schemas.
#![doc = ""]

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
pub use crate::plan::{ExpectedLint, Hot, Plan};
