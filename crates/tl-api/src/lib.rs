//! Telegram's API as Rust types, generated from the schema: layer 230

mod closure;

pub use crate::closure::{LAYER, enums, functions, types};
