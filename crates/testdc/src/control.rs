//! What can be done to a server while it runs: from a test, or by the [admin socket](crate::admin).
//!
//! **Owns** the orders that reach into keys, accounts, faults and connections. **Must not know** how they were given.

mod orders;
mod revoke;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use tokio::sync::watch;

use crate::account::Account;
use crate::api;
use crate::arrivals::Arrival;
use crate::centre::DataCentre;
use crate::cloud::{Cloud, LoginTokenError};
use crate::event::Events;
use crate::fault::{Fault, FaultRule, MethodName};
use crate::link;

use orders::Standing;
pub(crate) use orders::{Order, Orders};
pub use revoke::{Revocation, RevocationError};

/// A handle to a running server; clones mean the same server.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let server = testdc::Server::bind(testdc::Config { contacts: 5, ..testdc::Config::default() }).await?;
/// server.control().add_fault("flood-wait=contacts.getSaved:30".parse::<testdc::FaultRule>()?)?;
/// assert_eq!(server.control().state("9996621234")?.contacts, 5);
/// assert!(server.control().state("15550000000").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Control {
    /// The data centre that a client begins with; through it, everything that they share.
    home: Arc<DataCentre>,
    standing: Arc<watch::Sender<Standing>>,
}

/// An order that makes no sense here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// Nobody has this number.
    #[error("no account has this number")]
    UnknownPhone,
    /// A token that cannot be accepted.
    #[error("the token cannot be accepted: {reason}")]
    LoginToken {
        /// What the API answers to `auth.acceptLoginToken`, or what is wrong with the text.
        reason: String,
    },
    /// There is no such data centre.
    #[error("there is no data centre {dc_id}")]
    UnknownDc {
        /// The number.
        dc_id: i32,
    },
    /// A fault waits for a method that this server does not have.
    #[error("a fault waits for `{method}`, which this server does not have")]
    UnknownMethod {
        /// The method.
        method: String,
    },
}

/// How an account is, as [`Control::state`] tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AccountState {
    /// Its id.
    pub user_id: i64,
    /// Keys of any data centre that are logged in to it.
    pub sessions: usize,
    /// Temporary keys that are bound to these sessions.
    pub temporary_keys: usize,
    /// Ids of the takeout sessions that are open: one, or none.
    pub open_takeouts: Vec<i64>,
    /// Keys whose takeout has to wait.
    pub waiting_takeouts: usize,
    /// Entries of its contact list.
    pub contacts: usize,
    /// Its saved records.
    pub saved: usize,
    /// Ids of those who may see its number whatever its privacy settings say (`add_phone_privacy_exception`).
    pub phone_shown_to: Vec<i64>,
}

impl Control {
    pub(crate) fn new(home: Arc<DataCentre>) -> Self {
        Self { home, standing: Arc::new(watch::Sender::new(Standing::default())) }
    }

    pub(crate) fn orders(&self) -> Orders {
        Orders::new(self.standing.subscribe())
    }

    pub(crate) fn home(&self) -> &DataCentre {
        &self.home
    }

    pub(crate) fn shared_home(&self) -> Arc<DataCentre> {
        Arc::clone(&self.home)
    }

    fn cloud(&self) -> &Cloud {
        &self.home.cloud
    }

    pub(crate) fn home_address(&self) -> SocketAddr {
        self.home.address()
    }

    /// What happens from now on.
    pub fn events(&self) -> Events {
        self.home.events.subscribe()
    }

    /// Adds a fault to the script.
    ///
    /// # Errors
    /// [`ControlError::UnknownMethod`].
    pub fn add_fault(&self, rule: impl Into<FaultRule>) -> Result<(), ControlError> {
        let rule = rule.into();
        check_fault(&rule.fault)?;
        self.home.faults.add(rule);
        Ok(())
    }

    /// Nothing goes wrong any more; the clock is right again, too.
    pub fn clear_faults(&self) {
        self.home.faults.clear();
    }

    /// Closes every connection at once. Clients may connect again.
    pub fn drop_connections(&self) {
        self.standing.send_modify(|standing| standing.drops += 1);
    }

    /// How the latest connections spoke, oldest first; one that has said nothing yet is not among them.
    pub fn connections(&self) -> Vec<Arrival> {
        self.cloud().arrivals.latest()
    }

    /// Makes every salt of every key void; clients learn the new one from `bad_server_salt`.
    pub fn rotate_salts(&self) {
        let (now, mut entropy) = (self.home.now(), self.home.fork_entropy());
        for key in self.cloud().keys.values().flat_map(|keys| keys.all()) {
            key.wire().salts.rotate(now, &mut entropy);
        }
        self.cloud().changed();
    }

    /// How an account is.
    ///
    /// # Errors
    /// [`ControlError::UnknownPhone`].
    pub fn state(&self, phone: &str) -> Result<AccountState, ControlError> {
        let account = self.account(phone)?;
        let logins = self.cloud().logins(&account).collect::<Vec<_>>();
        let temporary_keys = logins.iter().map(|(dc_id, key)| self.cloud().keys_bound_to(*dc_id, key)).sum();
        let (sessions, takeouts) = (logins.len(), account.takeouts());
        let (contacts, saved, phone_shown_to) = {
            let list = account.contact_list();
            let phone_shown_to = list.phone_shown_to().iter().copied().collect();
            (list.book().contacts.len(), list.book().saved.len(), phone_shown_to)
        };
        Ok(AccountState {
            user_id: account.profile.user_id,
            open_takeouts: takeouts.open_id().into_iter().collect(),
            waiting_takeouts: takeouts.waiting(),
            contacts,
            saved,
            phone_shown_to,
            sessions,
            temporary_keys,
        })
    }

    /// Confirms the takeouts that wait, as the owner does on another device; gives their number. The next request of
    /// each opens a session.
    ///
    /// # Errors
    /// [`ControlError::UnknownPhone`].
    pub fn allow_takeout(&self, phone: &str) -> Result<usize, ControlError> {
        let requests = self.account(phone)?.takeouts().allow();
        self.cloud().changed();
        Ok(requests)
    }

    /// Declines the takeouts that wait; gives their number. The next request of each is refused with `400
    /// TAKEOUT_INVALID`, and the one after that has to wait from the beginning.
    ///
    /// # Errors
    /// [`ControlError::UnknownPhone`].
    pub fn deny_takeout(&self, phone: &str) -> Result<usize, ControlError> {
        let requests = self.account(phone)?.takeouts().deny();
        self.cloud().changed();
        Ok(requests)
    }

    /// Accepts the token of a QR code, as the owner does on another device: the client that shows it is told. `token` is
    /// what stands in the link: base64url, with or without padding.
    ///
    /// # Errors
    /// [`ControlError::UnknownPhone`], [`ControlError::LoginToken`].
    pub fn accept_login_token(&self, token: &str, phone: &str) -> Result<(), ControlError> {
        let account = self.account(phone)?;
        let refused = |reason: &dyn fmt::Display| ControlError::LoginToken { reason: reason.to_string() };
        let token = URL_SAFE_NO_PAD.decode(token.trim_end_matches('=')).map_err(|error| refused(&error))?;
        let accepted = api::auth::accept_token(self.cloud(), &token, &account, self.home.now());
        accepted.map(|_| ()).map_err(|error: LoginTokenError| refused(&error))
    }

    /// Sends an account a message from Telegram's user 777000; gives the number of clients that it reaches.
    ///
    /// # Errors
    /// [`ControlError::UnknownPhone`].
    pub fn push(&self, phone: &str, text: &str) -> Result<usize, ControlError> {
        let (account, now) = (self.account(phone)?, self.home.now());
        let message = api::updates::service_message(&account, text, now);
        self.cloud().changed();
        Ok(self.cloud().push_to_account(&account, None, &message, now))
    }

    /// Moves an account to another data centre; at its old one its clients get `303 USER_MIGRATE_X`.
    ///
    /// # Errors
    /// [`ControlError::UnknownPhone`], [`ControlError::UnknownDc`].
    pub fn move_account(&self, phone: &str, dc_id: i32) -> Result<(), ControlError> {
        let account = self.account(phone)?;
        if !self.cloud().addresses.contains_key(&dc_id) {
            return Err(ControlError::UnknownDc { dc_id });
        }
        account.move_to(dc_id);
        self.cloud().changed();
        Ok(())
    }

    /// Ends the server: no connection is taken any more, and those that are open are closed.
    pub fn stop(&self) {
        self.standing.send_modify(|standing| standing.stop = true);
    }

    /// Waits until somebody has ordered the end.
    pub async fn stopped(&self) {
        let mut orders = self.orders();
        while orders.next().await != Order::Stop {}
    }

    pub(crate) fn account(&self, phone: &str) -> Result<Arc<Account>, ControlError> {
        self.home.cloud.account(phone).ok_or(ControlError::UnknownPhone)
    }
}

/// # Errors
/// [`ControlError::UnknownMethod`].
pub(crate) fn check_fault(fault: &Fault) -> Result<(), ControlError> {
    match fault.method() {
        Some(MethodName::Is(name)) if !api::knows(name) && !link::is_named(fault, name) => {
            Err(ControlError::UnknownMethod { method: name.clone() })
        }
        _ => Ok(()),
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control").field("addresses", &self.cloud().addresses).finish_non_exhaustive()
    }
}
