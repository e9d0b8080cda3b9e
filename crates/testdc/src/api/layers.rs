//! Clients of older layers: what they send, and what they are sent.
//!
//! Methods are written for one layer, [`tl_api::LAYER`]. Of everything that they read and write for logins, takeouts and
//! contacts, little was different in the others (compared with their schemas, as clients have published them); `calls.rs`
//! and `answers.rs` say what. Messages have changed more often: `message.rs` writes them.
//!
//! The fields that objects have gained since are never written here, so that their other bytes are the same.

mod answers;
mod calls;
mod message;

pub(super) use answers::age;
pub(super) use calls::modernise;
pub(super) use message::{Message, message};

/// Whether this server speaks a layer: those whose schemas it was compared with, and those between two that are equal.
pub(super) fn is_known(layer: i32) -> bool {
    matches!(layer, 158 | 173 | 174 | 179 | 181 | 184..=193 | 198 | 199 | 204 | 214)
        || (216..=tl_api::LAYER).contains(&layer)
}
