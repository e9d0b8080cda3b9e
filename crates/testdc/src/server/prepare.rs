//! From a configuration to a data centre: what is checked and made before anybody connects.

use std::collections::{BTreeMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use super::BindError;
use crate::account::{self, Account};
use crate::centre::DataCentre;
use crate::cloud::Cloud;
use crate::config::Config;
use crate::control::check_fault;
use crate::entropy::Entropy;
use crate::event::EventSink;
use crate::fault::Script;
use crate::handshake::{DcIdentity, Handshakes};
use crate::key::RsaKey;
use crate::limits::{MAX_ACCOUNTS, MAX_DCS};
use crate::store::{Keeper, State, Store, StoreError};
use crate::truth::Truth;

/// What a server starts with.
pub(super) struct Prepared {
    pub(super) home: Arc<DataCentre>,
    pub(super) others: Vec<Arc<DataCentre>>,
    pub(super) truth: Truth,
    pub(super) keeper: Option<Keeper>,
}

/// # Errors
/// The first part of the configuration that is wrong.
pub(super) fn check(config: &Config) -> Result<(), BindError> {
    let phone = &config.phone;
    if !(7..=15).contains(&phone.len()) || !phone.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BindError::Phone);
    }
    let has_numbers = |count: usize| account::phone(phone, count.saturating_sub(1)).is_some();
    if !(1..=MAX_ACCOUNTS).contains(&config.accounts) || !has_numbers(config.accounts) {
        return Err(BindError::Accounts { accounts: config.accounts });
    }
    if let Some(address) = config.admin.filter(|address| !address.ip().is_loopback()) {
        return Err(BindError::AdminNotLoopback { address });
    }
    check_dcs(config)?;
    config.faults.iter().try_for_each(|rule| Ok(check_fault(&rule.fault)?))
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
    let store = config.store.clone().map(Store::at);
    let mut kept = store.as_ref().map(Store::read).transpose()?.flatten();
    let accounts = accounts(&config, kept.as_mut(), &mut entropy);
    let others = other_dcs(&config);
    let cloud = Arc::new(Cloud::new(&config, accounts, addresses));
    let contradicts =
        |source| StoreError::Contradiction { path: config.store.clone().unwrap_or_default(), source };
    let rsa = match (config.key, &kept) {
        (Some(key), _) => key,
        (None, None) => RsaKey::generate(&mut entropy),
        (None, Some(kept)) => {
            RsaKey::from_private_pem(&kept.rsa_key).map_err(|error| contradicts(error.into()))?
        }
    };
    kept.map_or(Ok(()), |kept| kept.restore(&cloud)).map_err(contradicts)?;
    let truth = truth(&cloud, &config.phone).ok_or(BindError::Phone)?;
    let (faults, events) = (Arc::new(Script::new(config.faults)), Arc::new(EventSink::new()));
    let rsa = Arc::new(rsa);
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
    let home = centre(config.dc_id);
    let keeper = store.map(|store| Keeper::new(store, Arc::clone(&home)));
    // whoever cannot write is told now, and a key that clients are given is kept before they have it
    keeper.as_ref().map_or(Ok(()), Keeper::write)?;
    Ok(Prepared { home, others: others.map(centre).collect(), truth, keeper })
}

/// The accounts of the file, and those of the configuration that it does not hold.
fn accounts(config: &Config, kept: Option<&mut State>, entropy: &mut Entropy) -> Vec<Account> {
    let kept = kept.map(|kept| std::mem::take(&mut kept.accounts)).unwrap_or_default();
    let known = kept.iter().map(|account| account.phone().to_owned()).collect::<HashSet<_>>();
    let mut accounts = Account::all(config, entropy);
    accounts.retain(|account| !known.contains(&account.profile.phone));
    accounts.extend(kept.into_iter().map(|kept| {
        let code = account::code(config, kept.phone());
        Account::restored(kept, code)
    }));
    accounts
}

/// What the account of this number is served.
fn truth(cloud: &Cloud, phone: &str) -> Option<Truth> {
    let account = cloud.account(phone)?;
    let list = account.contact_list();
    Some(Truth::new(account.seed, &account.profile, account.has_password(), list.book()))
}
