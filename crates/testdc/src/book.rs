//! Made-up address books.
//!
//! **Owns** the people of the data centre: an [`AddressBook`] is what one account sees of the world. It is a pure
//! function of a seed and two sizes ([`generate`]), the same on every machine and in every version, and it holds the
//! cases that break exporters ([`Case`], [`names::AWKWARD`]). **Must not know** the wire: `api` writes these values as
//! TL, [`Truth`](crate::Truth) writes them as JSON, and a test compares the two.
//!
//! Read next: `generate.rs`, then `cases.rs`.

mod cases;
mod dice;
mod generate;
pub mod names;
mod person;
mod phones;

pub use cases::Case;
pub(crate) use dice::Dice;
pub(crate) use generate::access_hash;
pub use generate::{BookSize, generate};
pub use person::{AddressBook, ContactEntry, Marks, Person, Photo, Profile, SavedRecord, Status, Username};
