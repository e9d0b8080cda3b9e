//! Telegram's API as Rust types, generated from the schema: layer 230
