//! Faults on demand.
//!
//! **Owns** the list of things that a server can do wrong, the text form of the list ([`FaultRule`] from `--fault`), and
//! the count of how often each one still happens. **Must not know** how a fault is carried out: the place that would do
//! the right thing asks the script first.

mod spec;

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

pub use spec::{FAULT_FORMS, FaultSpecError};

/// Something that the server does wrong.
///
/// Faults that name a method wait for a call of it. [`MethodName::Any`] stands for every method of the API. Those that harm
/// the message with a reply ([`Duplicate`](Self::Duplicate), [`CloseInReply`](Self::CloseInReply), [`Delay`](Self::Delay),
/// [`Drop`](Self::Drop), [`TransportError`](Self::TransportError), [`Corrupt`](Self::Corrupt)) also wait for an answer to
/// `req_pq_multi` (or `req_pq`), `req_DH_params`, `set_client_DH_params`, `ping` or `ping_delay_disconnect`, and for
/// `new_session_created` and an `update`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Answers a call with an error of this code and text.
    RpcError {
        /// The call.
        method: MethodName,
        /// Like 400, 420 or 500.
        code: i32,
        /// Like `RPC_CALL_FAIL`.
        message: String,
    },
    /// Answers a call with `420 FLOOD_WAIT_X`.
    FloodWait {
        /// The call.
        method: MethodName,
        /// X.
        seconds: u32,
    },
    /// Refuses `account.initTakeoutSession` with `420 TAKEOUT_INIT_DELAY_X` until the time is over; X counts down. The
    /// countdown begins with the first refusal.
    TakeoutDelay {
        /// X at the beginning.
        seconds: u32,
    },
    /// Opens another takeout session for the account just before a call, so that the client's own is void
    /// (`400 TAKEOUT_INVALID`).
    TakeoutTakenOver {
        /// The call.
        method: MethodName,
    },
    /// Cuts the object in a reply short: half of it is missing, inside a valid message.
    CutReply {
        /// The call.
        method: MethodName,
    },
    /// Puts a constructor id that no schema has into a reply: into its middle if it holds items, else in front.
    UnknownConstructor {
        /// The call.
        method: MethodName,
    },
    /// Breaks the UTF-8 of one name in a reply.
    BrokenUtf8 {
        /// The call.
        method: MethodName,
    },
    /// Closes the connection in the middle of a reply.
    CloseInReply {
        /// The call.
        method: MethodName,
        /// After how many bytes of the frame; half of it if not given.
        after_bytes: Option<usize>,
    },
    /// Sends the message with a reply twice, with the same message id.
    Duplicate {
        /// The call.
        method: MethodName,
    },
    /// Sends a reply late.
    Delay {
        /// The call.
        method: MethodName,
        /// How late.
        by: Duration,
    },
    /// Does not send a reply. The session keeps it: it comes when the client connects again.
    Drop {
        /// The call.
        method: MethodName,
    },
    /// Sends a transport error (a negative code) in place of a reply, and closes.
    TransportError {
        /// The call.
        method: MethodName,
        /// Like -404 or -429.
        code: i32,
    },
    /// Changes one bit of the sealed message with a reply.
    Corrupt {
        /// The call.
        method: MethodName,
        /// In which byte of the message; the middle one if not given.
        byte: Option<usize>,
    },
    /// Refuses a call that is wrapped in `invokeWithTakeout` with `400 INPUT_METHOD_INVALID`, as a server might that lets
    /// it be made outside only.
    RefuseWrapped {
        /// The call.
        method: MethodName,
    },
    /// Saves only so many contacts of a `contacts.importContacts` and puts the rest off (`retry_contacts`); with none
    /// it wants a pause of a day.
    ImportLimit {
        /// How many.
        contacts: usize,
    },
    /// Sends the next bytes in pieces of this size, each by itself.
    Split {
        /// The size of a piece.
        bytes: usize,
    },
    /// Holds back what is to be sent until there are so many answers, and sends them as one.
    Merge {
        /// How many.
        writes: u32,
    },
    /// Closes the next connection behind this byte of what the server sends on it.
    CloseAt {
        /// How many bytes the client gets.
        bytes: usize,
    },
    /// Sends nothing more on the next connection behind this byte, and leaves it open.
    StallAt {
        /// How many bytes the client gets.
        bytes: usize,
    },
    /// Changes the salt at once and refuses the next message for carrying the old one (`bad_server_salt`).
    WrongSalt,
    /// Refuses the next message with a `bad_msg_notification` of this code, whatever it is.
    BadMsg {
        /// Like 16, 17, 32 or 64.
        code: i32,
    },
    /// The server's clock is wrong from the start.
    ClockSkew {
        /// Positive: ahead.
        seconds: i64,
    },
    /// Answers the key exchange's last step with `dh_gen_retry`.
    DhGenRetry,
    /// Answers the key exchange's last step with `dh_gen_fail`.
    DhGenFail,
    /// Answers the key exchange's second step with `server_DH_params_fail`.
    DhParamsFail,
    /// Answers the key exchange with a wrong `new_nonce_hash`: in its last step, or in a `server_DH_params_fail`.
    WrongNewNonceHash,
    /// Offers only fingerprints of keys that no client has.
    UnknownFingerprint,
    /// Answers the key exchange's first step with another `nonce` than the client's.
    WrongNonce,
    /// Answers a step of the key exchange with another `nonce` or `server_nonce` than it has.
    WrongNonceIn {
        /// Where.
        place: NoncePlace,
    },
    /// Gives a number to factorise that is prime.
    PrimePq,
    /// Answers the key exchange's second step with a wrong hash over the sealed parameters.
    WrongAnswerHash,
    /// Answers the key exchange's second step with parameters that no client may use.
    BadGroup {
        /// What is wrong with them.
        how: BadGroup,
    },
    /// Gives parameters of two-step verification that no client may use.
    BadSrp {
        /// What is wrong with them; `srp_B` is what `g_a` is in the key exchange.
        how: BadGroup,
    },
    /// Two-step verification: the password is to be proved by an algorithm that nobody knows (`passwordKdfAlgoUnknown`).
    UnknownKdf,
}

/// A nonce in an answer of the key exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoncePlace {
    /// `nonce` of `server_DH_params_ok`.
    ParamsNonce,
    /// `server_nonce` of `server_DH_params_ok`.
    ParamsServerNonce,
    /// `nonce` of `server_DH_inner_data`.
    InnerNonce,
    /// `server_nonce` of `server_DH_inner_data`.
    InnerServerNonce,
    /// `nonce` of `dh_gen_ok` and its like.
    EndNonce,
    /// `server_nonce` of `dh_gen_ok` and its like.
    EndServerNonce,
}

impl NoncePlace {
    /// Each with its word in `wrong-nonce-in=PLACE`.
    pub(crate) const ALL: [(&str, Self); 6] = [
        ("params-nonce", Self::ParamsNonce),
        ("params-server-nonce", Self::ParamsServerNonce),
        ("inner-nonce", Self::InnerNonce),
        ("inner-server-nonce", Self::InnerServerNonce),
        ("end-nonce", Self::EndNonce),
        ("end-server-nonce", Self::EndServerNonce),
    ];
}

/// What is wrong with Diffie-Hellman parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadGroup {
    /// `dh_prime` is composite.
    Composite,
    /// `dh_prime` is prime and `(dh_prime − 1) / 2` is not.
    Unsafe,
    /// `dh_prime` has 2047 bits.
    Short,
    /// `g` generates too small a group.
    Generator,
    /// `g` is 8, which is none that the protocol knows.
    GeneratorUnknown,
    /// `g_a` is 1.
    PublicOne,
    /// `g_a` is `dh_prime − 1`.
    PublicMinusOne,
    /// `g_a` is 2¹⁹⁸³, below what is allowed.
    PublicSmall,
    /// `g_a` is `dh_prime − 2¹⁹⁸³`, above what is allowed.
    PublicLarge,
}

impl BadGroup {
    /// Each with its word in `bad-dh=KIND` and `bad-srp=KIND`.
    pub(crate) const WORDS: [(&str, Self); 9] = [
        ("composite", Self::Composite),
        ("unsafe", Self::Unsafe),
        ("short", Self::Short),
        ("generator", Self::Generator),
        ("generator-unknown", Self::GeneratorUnknown),
        ("public-one", Self::PublicOne),
        ("public-minus-one", Self::PublicMinusOne),
        ("public-small", Self::PublicSmall),
        ("public-large", Self::PublicLarge),
    ];
}

impl Fault {
    /// The call that the fault waits for, if it waits for one.
    pub(crate) fn method(&self) -> Option<&MethodName> {
        match self {
            Self::RpcError { method, .. }
            | Self::FloodWait { method, .. }
            | Self::TakeoutTakenOver { method }
            | Self::CutReply { method }
            | Self::UnknownConstructor { method }
            | Self::BrokenUtf8 { method }
            | Self::CloseInReply { method, .. }
            | Self::Duplicate { method }
            | Self::Delay { method, .. }
            | Self::Drop { method }
            | Self::Corrupt { method, .. }
            | Self::RefuseWrapped { method }
            | Self::TransportError { method, .. } => Some(method),
            Self::TakeoutDelay { .. }
            | Self::ImportLimit { .. }
            | Self::WrongSalt
            | Self::BadMsg { .. }
            | Self::ClockSkew { .. }
            | Self::DhGenRetry
            | Self::DhGenFail
            | Self::DhParamsFail
            | Self::WrongNewNonceHash
            | Self::UnknownFingerprint
            | Self::WrongNonce
            | Self::Split { .. }
            | Self::Merge { .. }
            | Self::CloseAt { .. }
            | Self::StallAt { .. }
            | Self::WrongNonceIn { .. }
            | Self::PrimePq
            | Self::WrongAnswerHash
            | Self::BadGroup { .. }
            | Self::BadSrp { .. }
            | Self::UnknownKdf => None,
        }
    }
}

/// Which calls a fault waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MethodName {
    /// Every method.
    Any,
    /// The method of this schema name, like `contacts.getSaved`.
    Is(String),
}

impl MethodName {
    pub(crate) fn matches(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Is(wanted) => wanted == name,
        }
    }
}

impl From<&str> for MethodName {
    /// `*` is every method.
    fn from(name: &str) -> Self {
        if name == "*" { Self::Any } else { Self::Is(name.to_owned()) }
    }
}

impl fmt::Display for MethodName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Is(name) => f.write_str(name),
        }
    }
}

/// How often a fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Times {
    /// So often, and then no more.
    Count(u32),
    /// For ever.
    Always,
}

/// A fault, and how often it happens.
///
/// ```
/// use testdc::{Fault, FaultRule, Times};
///
/// let rule: FaultRule = "flood-wait=contacts.getSaved:30*2".parse()?;
/// assert_eq!(rule.fault, Fault::FloodWait { method: "contacts.getSaved".into(), seconds: 30 });
/// assert_eq!(rule.times, Times::Count(2));
/// assert_eq!(FaultRule::from(Fault::WrongSalt), "wrong-salt".parse()?);
/// # Ok::<(), testdc::FaultSpecError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultRule {
    /// What happens.
    pub fault: Fault,
    /// How often.
    pub times: Times,
}

impl From<Fault> for FaultRule {
    /// Once.
    fn from(fault: Fault) -> Self {
        Self { fault, times: Times::Count(1) }
    }
}

impl FaultRule {
    fn is_live(&self) -> bool {
        match self.times {
            Times::Count(left) => left > 0,
            Times::Always => true,
        }
    }
}

/// The faults that are still to come.
#[derive(Debug, Default)]
pub(crate) struct Script(Mutex<Vec<FaultRule>>);

impl Script {
    pub(crate) fn new(rules: Vec<FaultRule>) -> Self {
        Self(Mutex::new(rules))
    }

    pub(crate) fn add(&self, rule: FaultRule) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(rule);
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The first fault that `wanted` picks and that still happens; it then happens once less.
    pub(crate) fn take<T>(&self, wanted: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for rule in rules.iter_mut() {
            let live = rule.is_live();
            let Some(found) = wanted(&rule.fault).filter(|_| live) else { continue };
            if let Times::Count(left) = &mut rule.times {
                *left -= 1;
            }
            return Some(found);
        }
        None
    }

    /// The first fault that `wanted` picks and that still happens, without counting it.
    pub(crate) fn peek<T>(&self, wanted: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        let rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rules.iter().filter(|rule| rule.is_live()).find_map(|rule| wanted(&rule.fault))
    }

    /// Whether exactly this fault happens now.
    pub(crate) fn strikes(&self, fault: &Fault) -> bool {
        self.take(|rule| (rule == fault).then_some(())).is_some()
    }

    /// How wrong the clock is.
    pub(crate) fn clock_skew_secs(&self) -> i64 {
        let rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let skews = rules.iter().filter_map(|rule| {
            if let Fault::ClockSkew { seconds } = rule.fault { Some(seconds) } else { None }
        });
        skews.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_happens_as_often_as_it_says() {
        let salt = FaultRule { fault: Fault::WrongSalt, times: Times::Count(2) };
        let retry = FaultRule { fault: Fault::DhGenRetry, times: Times::Always };
        let script = Script::new(vec![salt, retry]);
        let salts = (0..5).filter(|_| script.strikes(&Fault::WrongSalt)).count();
        let retries = (0..5).filter(|_| script.strikes(&Fault::DhGenRetry)).count();
        assert_eq!((salts, retries), (2, 5));
        assert!(!script.strikes(&Fault::DhGenFail));
    }

    #[test]
    fn rules_are_taken_in_order() {
        let flood = |seconds| Fault::FloodWait { method: MethodName::Any, seconds }.into();
        let script = Script::new(vec![flood(1), flood(2)]);
        let next = || {
            script.take(
                |fault| if let Fault::FloodWait { seconds, .. } = fault { Some(*seconds) } else { None },
            )
        };
        assert_eq!([next(), next(), next()], [Some(1), Some(2), None]);
    }
}
