//! Telegram's API as Rust types, generated from the schema, and the traits by which it is called.
//!
//! | module | holds |
//! |---|---|
//! | [`types`] | the constructors: a struct each ([`types::SavedPhoneContact`]) with its borrowed form (`…Ref`) |
//! | [`enums`] | the types with several constructors: an enum each ([`enums::User`]) with its borrowed form |
//! | [`functions`] | the methods: a struct each ([`functions::contacts::GetContacts`]) |
//! | `full` | with the feature `full`: the same three modules for every constructor and method of the layer |
//!
//! It is the part of layer [`LAYER`] that this project calls, with all that it reaches; `schema/codegen.toml` names the
//! roots, and `cargo xtask codegen` writes the code. A type has an owned form for building and a borrowed one for
//! reading; the README of `tl-schema` says how each follows from the schema.
//!
//! ```
//! use tl_api::{enums, types};
//! use tl_codec::{Decode, Encode};
//!
//! // contact#145ade0b user_id:long mutual:Bool
//! let contact = types::Contact { user_id: 5, mutual: true };
//! let user = types::User { id: 5, first_name: Some("Ада".into()), contact: true, ..Default::default() };
//! let bytes = types::contacts::Contacts {
//!     contacts: vec![contact],
//!     saved_count: 1,
//!     users: vec![user.into()],
//! }
//! .to_bytes();
//!
//! let read = types::contacts::ContactsRef::from_bytes(&bytes)?;
//! for user in &read.users {
//!     let enums::UserRef::User(user) = user else { continue };
//!     assert!(user.contact());
//!     assert_eq!(user.first_name.map(|name| name.to_str_lossy()), Some("Ада".into()));
//! }
//!
//! // an error says where
//! let error = types::contacts::ContactsRef::from_bytes(&bytes[..bytes.len() - 4]).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "contacts.contacts → users[0] → user → first_name: 4 bytes short at offset 0x3c"
//! );
//! # Ok::<(), tl_codec::DecodeError>(())
//! ```
//!
//! It builds without `std`, with `alloc` alone. The crate knows no network: whoever carries requests implements [`InvokeRaw`], whoever asks uses [`Invoke`].

#![forbid(unsafe_code)]
#![no_std]

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

extern crate alloc;

mod closure;
#[cfg(feature = "full")]
pub mod full;
mod invoke;
mod rpc_error;

pub use crate::closure::{LAYER, enums, functions, types};
pub use crate::invoke::{Invoke, InvokeError, InvokeRaw, RawAnswer};
pub use crate::rpc_error::RpcError;
