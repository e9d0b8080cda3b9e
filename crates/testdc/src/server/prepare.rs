//! From a configuration to a data centre: what is checked and made before anybody connects.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use super::BindError;
use crate::account::Account;
use crate::centre::DataCentre;
use crate::cloud::Cloud;
use crate::config::Config;
use crate::control::check_fault;
use crate::entropy::Entropy;
use crate::event::EventSink;
use crate::fault::Script;
use crate::handshake::{DcIdentity, Handshakes};
use crate::key::RsaKey;
use crate::keys::KeyStore;
use crate::truth::Truth;

/// What a server starts with.
pub(super) struct Prepared {
    pub(super) centre: Arc<DataCentre>,
    pub(super) truth: Truth,
}

/// # Errors
/// The first part of the configuration that is wrong.
pub(super) fn check(config: &Config) -> Result<(), BindError> {
    let phone = &config.phone;
    if !(7..=15).contains(&phone.len()) || !phone.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BindError::Phone);
    }
    if let Some(address) = config.admin.filter(|address| !address.ip().is_loopback()) {
        return Err(BindError::AdminNotLoopback { address });
    }
    config.faults.iter().try_for_each(|rule| Ok(check_fault(&rule.fault)?))
}

/// The data centre's number as clients name it: test data centres are 10,000 higher.
pub(super) fn named_dc_id(config: &Config) -> i32 {
    if config.test_mode { config.dc_id.saturating_add(10_000) } else { config.dc_id }
}

pub(super) fn prepare(config: Config, address: SocketAddr) -> Result<Prepared, BindError> {
    let mut entropy = Entropy::from_system().map_err(BindError::Entropy)?;
    let account = Account::new(&config, &mut entropy);
    let truth =
        Truth::new(config.seed, &account.profile, account.password.is_some(), account.contact_list().book());
    let addresses = BTreeMap::from([(config.dc_id, address)]);
    let cloud = Arc::new(Cloud::new(&config, vec![account], addresses));
    let rsa = config.key.unwrap_or_else(|| RsaKey::generate(&mut entropy));
    let centre = Arc::new(DataCentre {
        identity: DcIdentity { id: config.dc_id, test_mode: config.test_mode },
        keys: KeyStore::default(),
        handshakes: Mutex::new(Handshakes::default()),
        entropy: Mutex::new(entropy),
        rsa: Arc::new(rsa),
        cloud,
        faults: Arc::new(Script::new(config.faults)),
        events: Arc::new(EventSink::new()),
    });
    Ok(Prepared { centre, truth })
}
