//! What can be done with an address book, beyond reading it whole.
//!
//! One function for each method of core.telegram.org/api/contacts, over any [`Invoke`](tl_api::Invoke). A reply is
//! returned as it came, to be read where it is used; a plain `Bool` or `Updates` becomes what it says.
//!
//! | module | changes the account | methods |
//! |---|---|---|
//! | [`find`] | no | `search`, `resolvePhone`, `resolveUsername`, `getContactIDs`, `importContactToken`, `exportContactToken` |
//! | [`near`] | some | `getTopPeers`, `toggleTopPeers`, `resetTopPeerRating`, `editCloseFriends`, `getBirthdays`, `getFullUser` |
//! | [`block`] | yes | `block`, `unblock`, `getBlocked` |
//! | [`change`] | yes | `addContact`, `acceptContact`, `deleteContacts`, `deleteByPhones`, `resetSaved`, `updateContactNote` |
//! | [`import`] | yes | `importContacts`, in batches, until everybody is taken or refused |
//!
//! Nothing here asks back and nothing is tried in secret: a program that changes an account shows first what it will do.

pub mod block;
pub mod change;
pub mod find;
pub mod import;
pub mod near;
mod who;

pub use self::who::Who;
