//! Somebody, as requests name them.

use core::fmt;

use tl_api::{enums, types};
use tl_codec::Redacted;

/// An account: its id, and the access hash that this account of ours knows it by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Who {
    /// The user's id.
    pub id: i64,
    /// What must be quoted with it. It comes with every user object that is not `min`.
    pub access_hash: i64,
}

impl Who {
    /// The account behind a user object; none for `min` objects without an access hash.
    pub fn of(user: &types::UserRef<'_>) -> Option<Self> {
        user.access_hash.map(|access_hash| Self { id: user.id, access_hash })
    }

    pub(super) fn input_user(self) -> enums::InputUser {
        enums::InputUser::InputUser(types::InputUser { user_id: self.id, access_hash: self.access_hash })
    }

    pub(super) fn input_peer(self) -> enums::InputPeer {
        enums::InputPeer::User(types::InputPeerUser { user_id: self.id, access_hash: self.access_hash })
    }
}

impl fmt::Debug for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Who").field("id", &self.id).field("access_hash", &Redacted).finish()
    }
}
