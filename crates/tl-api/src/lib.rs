//! Telegram's API as Rust types, generated from the schema.

mod closure;
mod invoke;
mod rpc_error;

pub use crate::closure::{LAYER, enums, functions, types};
pub use crate::invoke::{Invoke, InvokeError, InvokeRaw, RawAnswer};
pub use crate::rpc_error::RpcError;
