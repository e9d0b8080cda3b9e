//! Accounts: who can log in, with what, and what they see.
//!
//! **Owns** the accounts of a data centre: profile, code, password verifier ([`srp`]), address book, the state of
//! their takeout ([`takeout`]) and the messages of user 777000. **Must not know** the wire or who is logged in.

mod blocklist;
mod contact_list;
mod inbox;
mod kept;
mod password;
pub(crate) mod srp;
pub(crate) mod takeout;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};

use crate::book::{BookSize, Dice, Marks, Person, Profile, Status, generate};
use crate::config::Config;
use crate::directory::Directory;
use crate::entropy::Entropy;
pub(crate) use contact_list::{ContactList, SavedName};
pub(crate) use inbox::{Inbox, ServiceMessage};
pub(crate) use kept::KeptAccount;
pub(crate) use password::Password;
use takeout::Takeouts;

/// Whether Telegram has anything against an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum AccountStanding {
    #[default]
    Good,
    /// The account may only read.
    Frozen,
    /// Its owner, or time, has deleted it.
    Deactivated,
    Banned,
}

/// One account.
pub(crate) struct Account {
    pub(crate) profile: Profile,
    /// What its address book is made from.
    pub(crate) seed: u64,
    size: BookSize,
    /// Made when somebody first looks at it: thousands of accounts wait here for nobody.
    contacts: OnceLock<Mutex<ContactList>>,
    /// The login code, the same every time.
    pub(crate) code: String,
    /// None without two-step verification.
    password: Mutex<Option<Password>>,
    takeouts: Mutex<Takeouts>,
    standing: Mutex<AccountStanding>,
    home_dc: AtomicI32,
    inbox: Mutex<Inbox>,
}

impl Account {
    /// The first account that a configuration describes.
    #[cfg(test)]
    pub(crate) fn new(config: &Config, entropy: &mut Entropy) -> Self {
        Self::numbered(config, 0, Password::configured(config, entropy))
    }

    /// Every account that a configuration describes; they share code and password.
    pub(crate) fn all(config: &Config, entropy: &mut Entropy) -> Vec<Self> {
        let password = Password::configured(config, entropy);
        (0..config.accounts).map(|index| Self::numbered(config, index, password.clone())).collect()
    }

    fn numbered(config: &Config, index: usize, password: Option<Password>) -> Self {
        let seed = config.seed.wrapping_add(u64::try_from(index).unwrap_or(0));
        let phone = phone(&config.phone, index).unwrap_or_default();
        let is_empty = index >= config.accounts.saturating_sub(config.empty_accounts);
        let size = BookSize { contacts: config.contacts, saved_only: config.saved_only };
        Self {
            code: code(config, &phone),
            profile: profile(seed, index, phone),
            seed,
            size: if is_empty { BookSize { contacts: 0, saved_only: 0 } } else { size },
            password: Mutex::new(password),
            takeouts: Mutex::default(),
            standing: Mutex::default(),
            home_dc: AtomicI32::new(config.account_dc.unwrap_or(config.dc_id)),
            inbox: Mutex::new(Inbox::at(1)),
            contacts: OnceLock::new(),
        }
    }

    /// Makes the address book, if nobody has looked at it yet, and lists everybody in it.
    pub(crate) fn wake(&self, directory: &Directory) {
        if self.contacts.get().is_none() {
            directory.lock().add_book(self.contact_list().book());
        }
    }

    /// The state of its takeouts.
    pub(crate) fn takeouts(&self) -> MutexGuard<'_, Takeouts> {
        self.takeouts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn standing(&self) -> AccountStanding {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_standing(&self, standing: AccountStanding) {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = standing;
    }

    /// The data centre where the account lives.
    pub(crate) fn home_dc(&self) -> i32 {
        self.home_dc.load(Ordering::Relaxed)
    }

    pub(crate) fn move_to(&self, dc_id: i32) {
        self.home_dc.store(dc_id, Ordering::Relaxed);
    }

    /// What user 777000 has said to it.
    pub(crate) fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The account as a user, as it sees itself.
    pub(crate) fn own_user(&self) -> Person {
        self.contact_list().user(self.profile.user_id).cloned().unwrap_or_else(|| Person {
            id: self.profile.user_id,
            access_hash: self.profile.access_hash,
            first_name: Some(self.profile.first_name.clone()),
            last_name: Some(self.profile.last_name.clone()),
            phone: Some(self.profile.phone.clone()),
            status: Status::Offline(0),
            marks: Marks { is_self: true, ..Marks::default() },
            ..Person::default()
        })
    }

    /// The address book, as long as nobody else looks at it or changes it.
    pub(crate) fn contact_list(&self) -> MutexGuard<'_, ContactList> {
        let list = self
            .contacts
            .get_or_init(|| Mutex::new(ContactList::new(generate(self.seed, self.size, &self.profile))));
        list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The ids of the accounts behind the first one begin here, above those of everybody who is made up.
const FURTHER_IDS: i64 = 9_000_000_000;

/// The owner of an account, from the seed.
fn profile(seed: u64, index: usize, phone: String) -> Profile {
    let mut dice = Dice::new(seed, *b"profile\0");
    let first_id = dice.between(100_000_000, 2_000_000_000).cast_signed();
    let access_hash = crate::book::access_hash(&mut dice);
    let (user_id, last_name) = match i64::try_from(index) {
        Ok(0) | Err(_) => (first_id, "Account".to_owned()),
        Ok(index) => (FURTHER_IDS + index, format!("Account {index}")),
    };
    Profile { user_id, access_hash, phone, first_name: "Test".to_owned(), last_name }
}

/// The number of an account: that of the first one, counted on. None if there is none with as many digits.
pub(crate) fn phone(first: &str, index: usize) -> Option<String> {
    let number = first.parse::<u64>().ok()?.checked_add(u64::try_from(index).ok()?)?;
    let phone = format!("{number:0width$}", width = first.len());
    (phone.len() == first.len()).then_some(phone)
}

/// The login code of an account.
pub(crate) fn code(config: &Config, phone: &str) -> String {
    config.code.clone().unwrap_or_else(|| default_code(phone))
}

/// The code of a test number: 99966XYYYY has the code XXXXX; any other number 22222.
pub(crate) fn default_code(phone: &str) -> String {
    let digit =
        phone.strip_prefix("99966").filter(|rest| rest.len() == 5).and_then(|rest| rest.chars().next());
    digit.unwrap_or('2').to_string().repeat(5)
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("profile", &self.profile).finish_non_exhaustive()
    }
}

/// The accounts of a data centre, by number.
#[derive(Debug, Default)]
pub(crate) struct Accounts(HashMap<String, Arc<Account>>);

impl Accounts {
    pub(crate) fn new(accounts: impl IntoIterator<Item = Arc<Account>>) -> Self {
        Self(accounts.into_iter().map(|account| (account.profile.phone.clone(), account)).collect())
    }

    pub(crate) fn by_phone(&self, phone: &str) -> Option<Arc<Account>> {
        self.0.get(phone).cloned()
    }

    /// Every account as a file keeps it, by number; those that nobody has looked at are left out.
    pub(crate) fn kept(&self) -> Vec<KeptAccount> {
        let mut kept = self.0.values().filter_map(|account| account.kept()).collect::<Vec<_>>();
        kept.sort_by(|one, other| one.phone().cmp(other.phone()));
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_numbers_have_the_code_of_their_data_centre() {
        assert_eq!(default_code("9996621234"), "22222");
        assert_eq!(default_code("9996631234"), "33333");
        assert_eq!((default_code("99966"), default_code("15550001111")), ("22222".into(), "22222".into()));
    }

    #[test]
    fn the_account_sees_itself_with_and_without_its_number_among_the_contacts() {
        let mut entropy = Entropy::from_seed(1);
        for contacts in [0, 50] {
            let account = Account::new(&Config { contacts, ..Config::default() }, &mut entropy);
            let own = account.own_user();
            assert!(own.marks.is_self && own.id == account.profile.user_id);
            assert_eq!(own.phone.as_ref(), Some(&account.profile.phone));
            assert_eq!(own.marks.contact, contacts > 0);
        }
    }
}
