//! What a method is given, and who may call it.

use std::sync::Arc;

use tl_codec::Decode;

use super::Refusal;
use crate::account::takeout::OpenTakeout;
use crate::account::{Account, AccountStanding};
use crate::centre::DataCentre;
use crate::clock::UnixTime;
use crate::entropy::Entropy;
use crate::keys::{Ending, KeyRecord, Login};
use crate::link::HTTP_LINK;

/// A method of the API.
pub(super) struct Method {
    pub(super) id: u32,
    pub(super) name: &'static str,
    pub(super) access: Access,
    pub(super) call: fn(&mut Request<'_>, &[u8]) -> Answer,
}

impl Method {
    /// A frozen account may look at what it has and leave; it may change and export nothing. Telegram does not document
    /// the list.
    fn is_for_frozen(&self) -> bool {
        const FAMILIES: [&str; 4] = ["help.", "auth.", "updates.", "langpack."];
        const METHODS: [&str; 2] = ["account.finishTakeoutSession", "account.updateStatus"];
        self.name.contains(".get")
            || FAMILIES.iter().any(|start| self.name.starts_with(start))
            || METHODS.contains(&self.name)
    }
}

/// The object that a method returns, or its refusal.
pub(super) type Answer = Result<Vec<u8>, Refusal>;

/// Who may call a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Everybody, before `initConnection` and over an unbound temporary key too.
    Anybody,
    /// Everybody who has introduced themselves by `initConnection`.
    Introduced,
    /// Only who is logged in.
    LoggedIn,
}

/// One call, with everything around it.
pub(super) struct Request<'a> {
    pub(super) centre: &'a Arc<DataCentre>,
    /// The key that the call came with.
    pub(super) key: &'a Arc<KeyRecord>,
    /// The connection that it came over.
    connection: u64,
    /// The permanent key behind it; none for a temporary key that is not bound.
    pub(super) login_key: Option<Arc<KeyRecord>>,
    /// The takeout session that the call is wrapped in.
    pub(super) takeout: Option<OpenTakeout>,
    /// Whether the call is wrapped in `invokeWithoutUpdates`.
    pub(super) without_updates: bool,
    pub(super) now: UnixTime,
    pub(super) entropy: &'a mut Entropy,
}

impl<'a> Request<'a> {
    pub(super) fn new(
        centre: &'a Arc<DataCentre>,
        key: &'a Arc<KeyRecord>,
        connection: u64,
        entropy: &'a mut Entropy,
    ) -> Self {
        let now = centre.now();
        Self {
            centre,
            key,
            connection,
            login_key: centre.login_key(key, now),
            takeout: None,
            without_updates: false,
            now,
            entropy,
        }
    }

    /// # Errors
    /// The refusal that a client gets who may not call a method of this kind.
    pub(super) fn check_access(&self, access: Access) -> Result<(), Refusal> {
        if access == Access::Anybody {
            return Ok(());
        }
        if self.login_key.is_none() {
            return Err(Refusal::unauthorized("AUTH_KEY_PERM_EMPTY"));
        }
        if self.key.client().layer.is_none() {
            return Err(Refusal::bad("CONNECTION_NOT_INITED"));
        }
        if access == Access::LoggedIn { self.logged_in().map(|_| ()) } else { Ok(()) }
    }

    /// A login that is used over two connections by turns is ended, if the server was told to look. Requests of HTTP
    /// clients come over as many as they like.
    ///
    /// # Errors
    /// `406 AUTH_KEY_DUPLICATED`.
    pub(super) fn check_place(&self) -> Result<(), Refusal> {
        if !self.centre.cloud.ends_duplicates || self.connection == HTTP_LINK {
            return Ok(());
        }
        let key = self.login_key()?;
        let mut client = key.client();
        if client.places.speaks(self.connection) {
            return Ok(());
        }
        client.login = Login::Ended(Ending::Duplicated);
        Err(Refusal::new(406, "AUTH_KEY_DUPLICATED"))
    }

    /// A login that was carried here from another data centre is good for files, of which there are none, and for
    /// leaving: everything else is asked at home.
    ///
    /// # Errors
    /// `303 USER_MIGRATE_X`.
    pub(super) fn check_home(&self, method: &Method) -> Result<(), Refusal> {
        let is_for_files = ["auth.", "upload."].iter().any(|start| method.name.starts_with(start));
        let is_about_user = method.access == Access::LoggedIn && !is_for_files;
        let home = self.account().filter(|_| is_about_user).map(|account| account.home_dc());
        match home.filter(|home| *home != self.centre.identity.id) {
            Some(home) => Err(Refusal::new(303, format!("USER_MIGRATE_{home}"))),
            None => Ok(()),
        }
    }

    /// The key that a login hangs on.
    ///
    /// # Errors
    /// `401 AUTH_KEY_PERM_EMPTY` for a temporary key that is not bound.
    pub(super) fn login_key(&self) -> Result<Arc<KeyRecord>, Refusal> {
        self.login_key.clone().ok_or_else(|| Refusal::unauthorized("AUTH_KEY_PERM_EMPTY"))
    }

    /// What a client says of itself over a temporary key is true of the permanent one, by which logins are listed.
    pub(super) fn share_device(&self) {
        if let Some(login_key) = self.login_key.as_ref().filter(|login_key| !Arc::ptr_eq(login_key, self.key))
        {
            let device = self.key.client().device.clone();
            login_key.client().device = device;
        }
    }

    /// The account behind the key, if somebody is logged in.
    pub(super) fn account(&self) -> Option<Arc<Account>> {
        match &self.login_key.as_ref()?.client().login {
            Login::LoggedIn(account) => Some(Arc::clone(account)),
            Login::LoggedOut | Login::AwaitPassword(_) | Login::Ended(_) => None,
        }
    }

    /// The account that the call is about.
    ///
    /// # Errors
    /// `401 AUTH_KEY_UNREGISTERED` if nobody is logged in; what has ended the login or the account, if something has.
    pub(super) fn logged_in(&self) -> Result<Arc<Account>, Refusal> {
        let login = self.login_key()?.client().login.clone();
        let account = match login {
            Login::LoggedIn(account) => account,
            Login::LoggedOut | Login::AwaitPassword(_) => {
                return Err(Refusal::unauthorized("AUTH_KEY_UNREGISTERED"));
            }
            Login::Ended(Ending::Revoked) => return Err(Refusal::unauthorized("SESSION_REVOKED")),
            Login::Ended(Ending::Duplicated) => return Err(Refusal::new(406, "AUTH_KEY_DUPLICATED")),
        };
        match account.standing() {
            AccountStanding::Good | AccountStanding::Frozen => Ok(account),
            AccountStanding::Deactivated => Err(Refusal::unauthorized("USER_DEACTIVATED")),
            AccountStanding::Banned => Err(Refusal::unauthorized("USER_DEACTIVATED_BAN")),
        }
    }

    /// # Errors
    /// `420 FROZEN_METHOD_INVALID` for a method that a frozen account may not call.
    pub(super) fn check_frozen(&self, method: &Method) -> Result<(), Refusal> {
        let is_frozen = self.account().is_some_and(|account| account.standing() == AccountStanding::Frozen);
        if is_frozen && !method.is_for_frozen() {
            return Err(Refusal::new(420, "FROZEN_METHOD_INVALID"));
        }
        Ok(())
    }
}

/// Reads the arguments of a method.
///
/// # Errors
/// `400 INPUT_FETCH_FAIL` for bytes that are not the method.
pub(super) fn read<'a, T: Decode<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    T::from_bytes(body).map_err(|error| {
        tracing::debug!(%error, "a call that cannot be read");
        Refusal::bad("INPUT_FETCH_FAIL")
    })
}
