//! Everything that is kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Contradiction;
use crate::account::KeptAccount;
use crate::centre::DataCentre;
use crate::cloud::Cloud;
use crate::directory::Listing;
use crate::keys::KeptKey;

/// The state of a server: of all its data centres, and of everybody in them.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// PEM (PKCS#1): clients that make a new key must find the server that they know.
    pub(crate) rsa_key: String,
    pub(crate) accounts: Vec<KeptAccount>,
    /// Everybody with an account whom some address book has known.
    people: Vec<Listing>,
    /// Auth keys, by data centre.
    keys: BTreeMap<i32, Vec<KeptKey>>,
}

impl State {
    /// How a server is now.
    pub(crate) fn of(centre: &DataCentre) -> Self {
        let (cloud, now) = (&centre.cloud, centre.now());
        let keys = cloud.keys.iter().map(|(dc_id, keys)| (*dc_id, keys.kept(now)));
        Self {
            rsa_key: centre.rsa.to_private_pem(),
            keys: keys.filter(|(_, keys)| !keys.is_empty()).collect(),
            accounts: cloud.accounts.kept(),
            people: cloud.directory.kept(),
        }
    }

    /// Brings the people and the keys into a cloud that has the accounts already.
    ///
    /// # Errors
    /// [`Contradiction`].
    pub(crate) fn restore(self, cloud: &Cloud) -> Result<(), Contradiction> {
        cloud.directory.restore(self.people);
        for (dc_id, kept) in self.keys {
            let keys = cloud.keys.get(&dc_id).ok_or(Contradiction::UnknownDc { dc_id })?;
            keys.restore(kept, &cloud.accounts)?;
        }
        Ok(())
    }
}
