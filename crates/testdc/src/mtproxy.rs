//! An MTProxy in front of the data centres (protocol, "Transport obfuscation", and what the official proxy does).
//!
//! **Owns** the secret, whom it lets in, and the memory of openings that were used. **Must not know** frames: behind the
//! opening a connection is served like any other.
//!
//! | secret | what clients send | what they may send in it |
//! |---|---|---|
//! | 16 bytes | obfuscated, keys mixed with the secret | every framing but full |
//! | `dd` and 16 bytes | the same | padded intermediate |
//! | `ee`, 16 bytes and a domain | the same inside of TLS records, after a hello that proves the secret (`fake_tls.rs`) | padded intermediate |

pub(crate) mod fake_tls;

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::centre::DataCentre;
use crate::frame::Framing;
use crate::limits::MAX_SEEN_OPENINGS;

/// What clients must know to get in.
#[derive(Clone, PartialEq, Eq)]
pub struct MtproxySecret {
    key: [u8; 16],
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Padded,
    FakeTls,
}

/// A text that is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a secret is 32 hexadecimal digits, `dd` and 32 digits, or `ee`, 32 digits and a domain in hexadecimal"
)]
pub struct MtproxySecretError(());

impl FromStr for MtproxySecret {
    type Err = MtproxySecretError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = from_hex(text).ok_or(MtproxySecretError(()))?;
        let (form, key) = match bytes.as_slice() {
            key if key.len() == 16 => (Form::Plain, key),
            [0xdd, key @ ..] if key.len() == 16 => (Form::Padded, key),
            [0xee, rest @ ..] if (17..=16 + 182).contains(&rest.len()) => (Form::FakeTls, rest),
            _ => return Err(MtproxySecretError(())),
        };
        let key = *key.first_chunk().ok_or(MtproxySecretError(()))?;
        Ok(Self { key, form })
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| if let [high, low] = pair { Some(digit(*high)? << 4 | digit(*low)?) } else { None })
        .collect()
}

impl fmt::Debug for MtproxySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MtproxySecret({:?}, <redacted>)", self.form)
    }
}

/// The proxy: one for all of its connections.
#[derive(Debug)]
pub(crate) struct Front {
    secret: MtproxySecret,
    /// The data centres behind it, by the numbers with which clients name them.
    centres: BTreeMap<i32, Arc<DataCentre>>,
    seen: Mutex<Seen>,
}

impl Front {
    pub(crate) fn new(secret: MtproxySecret, centres: impl IntoIterator<Item = Arc<DataCentre>>) -> Self {
        let centres = centres.into_iter().map(|centre| (centre.identity.named(), centre)).collect();
        Self { secret, centres, seen: Mutex::default() }
    }

    /// What is mixed into the keys.
    pub(crate) fn key(&self) -> &[u8; 16] {
        &self.secret.key
    }

    /// Whether connections begin with a hello of TLS.
    pub(crate) fn is_fake_tls(&self) -> bool {
        self.secret.form == Form::FakeTls
    }

    pub(crate) fn allows(&self, framing: Framing) -> bool {
        self.secret.form == Form::Plain || framing == Framing::PaddedIntermediate
    }

    /// The data centre that a client asks for (negative: its media servers), if it is behind the proxy.
    pub(crate) fn leads_to(&self, dc_id: i16) -> Option<Arc<DataCentre>> {
        self.centres.get(&i32::from(dc_id.unsigned_abs())).cloned()
    }

    /// Remembers an opening; false if it was used before. Somebody who has recorded a connection must not learn, by
    /// repeating it, that this is a proxy.
    pub(crate) fn is_new(&self, opening: [u8; 32]) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(opening)
    }
}

/// The openings that were used, the oldest first.
#[derive(Debug, Default)]
struct Seen {
    set: HashSet<[u8; 32]>,
    order: VecDeque<[u8; 32]>,
}

impl Seen {
    fn insert(&mut self, opening: [u8; 32]) -> bool {
        if !self.set.insert(opening) {
            return false;
        }
        self.order.push_back(opening);
        if self.order.len() > MAX_SEEN_OPENINGS
            && let Some(oldest) = self.order.pop_front()
        {
            self.set.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "000102030405060708090a0b0c0d0e0f";

    #[test]
    fn secrets_and_what_is_none() {
        for (prefix, suffix, form) in
            [("", "", Form::Plain), ("dd", "", Form::Padded), ("EE", "612e62", Form::FakeTls)]
        {
            let secret: MtproxySecret = format!("{prefix}{KEY}{suffix}").parse().unwrap();
            assert_eq!((secret.form, secret.key[15]), (form, 15));
            assert_eq!(format!("{secret:?}"), format!("MtproxySecret({form:?}, <redacted>)"));
        }
        let long = format!("ee{KEY}{}", "61".repeat(183));
        for text in
            ["", "00", &KEY[1..], &format!("{KEY}00"), &format!("ee{KEY}"), &format!("x{}", &KEY[1..]), &long]
        {
            assert!(text.parse::<MtproxySecret>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_opening_is_good_for_one_connection_and_the_memory_is_bounded() {
        let front = Front::new(KEY.parse().unwrap(), [Arc::new(DataCentre::for_tests())]);
        let opening = |number: usize| {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&number.to_le_bytes());
            bytes
        };
        assert!((0..=MAX_SEEN_OPENINGS).all(|number| front.is_new(opening(number))));
        assert!(!front.is_new(opening(MAX_SEEN_OPENINGS)) && !front.is_new(opening(1)));
        assert!(front.is_new(opening(0)), "the oldest one was forgotten");
        let leads_to = |dc_id| front.leads_to(dc_id).is_some();
        assert!(leads_to(2) && leads_to(-2) && !leads_to(4) && !leads_to(10_002));
    }
}
