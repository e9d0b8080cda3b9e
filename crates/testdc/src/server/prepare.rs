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
use crate::limits::MAX_DCS;
use crate::truth::Truth;

/// What a server starts with.
pub(super) struct Prepared {
    pub(super) home: Arc<DataCentre>,
    pub(super) others: Vec<Arc<DataCentre>>,
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
    check_dcs(config)?;
    config.faults.iter().try_for_each(|rule| Ok(check_fault(&rule.fault)?))
}

/// The data centre's number as clients name it: test data centres are 10,000 higher.
pub(super) fn named_dc_id(config: &Config) -> i32 {
    if config.test_mode { config.dc_id.saturating_add(10_000) } else { config.dc_id }
}

/// The numbers of the data centres beside the home one, in the order of [`Prepared::others`].
pub(super) fn other_dcs(config: &Config) -> impl Iterator<Item = i32> + use<> {
    let (home, count) = (config.dc_id, i32::try_from(config.dcs).unwrap_or(0));
    (1..=count).filter(move |id| count > 1 && *id != home)
}

/// Every data centre that the configuration speaks of must be there.
fn check_dcs(config: &Config) -> Result<(), BindError> {
    let dcs = config.dcs;
    let exists = |id: i32| match dcs {
        0 | 1 => id == config.dc_id,
        _ => usize::try_from(id).is_ok_and(|id| (1..=dcs.min(MAX_DCS)).contains(&id)),
    };
    let named = [
        Some(config.dc_id),
        config.account_dc,
        config.network_dc,
        i32::try_from(dcs).ok().filter(|_| dcs > 1),
    ];
    named
        .into_iter()
        .flatten()
        .try_for_each(|dc_id| if exists(dc_id) { Ok(()) } else { Err(BindError::Dcs { dc_id, dcs }) })
}

pub(super) fn prepare(config: Config, addresses: BTreeMap<i32, SocketAddr>) -> Result<Prepared, BindError> {
    let mut entropy = Entropy::from_system().map_err(BindError::Entropy)?;
    let account = Account::new(&config, &mut entropy);
    let truth =
        Truth::new(config.seed, &account.profile, account.password.is_some(), account.contact_list().book());
    let others = other_dcs(&config);
    let cloud = Arc::new(Cloud::new(&config, vec![account], addresses));
    let rsa = Arc::new(config.key.unwrap_or_else(|| RsaKey::generate(&mut entropy)));
    let (faults, events) = (Arc::new(Script::new(config.faults)), Arc::new(EventSink::new()));
    let mut centre = |id| {
        Arc::new(DataCentre {
            identity: DcIdentity { id, test_mode: config.test_mode },
            keys: cloud.keys_of(id),
            handshakes: Mutex::new(Handshakes::default()),
            entropy: Mutex::new(entropy.fork()),
            rsa: Arc::clone(&rsa),
            cloud: Arc::clone(&cloud),
            faults: Arc::clone(&faults),
            events: Arc::clone(&events),
        })
    };
    Ok(Prepared { home: centre(config.dc_id), others: others.map(centre).collect(), truth })
}
