//! The generated types from outside. That every one of them agrees with the schema is tested in `tl-dynamic`.
#![cfg(test)]

mod bits;
mod book;
mod corruption;
mod depth;
mod errors;
#[cfg(feature = "full")]
mod full;
mod requests;
mod secrets;
mod statuses;
