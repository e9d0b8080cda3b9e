//! The ways in which a login code reaches its owner.

use std::str::FromStr;

/// How a code is sent (`auth.SentCodeType`), by the schema's names.
///
/// ```
/// assert_eq!("flashCall".parse(), Ok(testdc::CodeType::FlashCall));
/// assert!("pigeon".parse::<testdc::CodeType>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodeType {
    /// To the account's other devices.
    App,
    /// By text message.
    Sms,
    /// By a call that says it.
    Call,
    /// The code is the number of a call, which the client recognises by a pattern.
    FlashCall,
    /// The code is the end of the number of a call.
    MissedCall,
    /// To the login e-mail address.
    EmailCode,
    /// The client must first name a login e-mail address; then as [`EmailCode`](Self::EmailCode).
    SetUpEmailRequired,
    /// On fragment.com.
    FragmentSms,
    /// By text message, once an official app has proved what it is; others send it again in another way.
    FirebaseSms,
    /// A text message with one word.
    SmsWord,
    /// A text message with several words.
    SmsPhrase,
}

impl CodeType {
    /// Each with its name.
    pub const ALL: [(&str, Self); 11] = [
        ("app", Self::App),
        ("sms", Self::Sms),
        ("call", Self::Call),
        ("flashCall", Self::FlashCall),
        ("missedCall", Self::MissedCall),
        ("emailCode", Self::EmailCode),
        ("setUpEmailRequired", Self::SetUpEmailRequired),
        ("fragmentSms", Self::FragmentSms),
        ("firebaseSms", Self::FirebaseSms),
        ("smsWord", Self::SmsWord),
        ("smsPhrase", Self::SmsPhrase),
    ];

    /// What the client has to give back, made from the account's code.
    pub(crate) fn code(self, code: &str) -> String {
        match self {
            Self::FlashCall => format!("{FLASH_PREFIX}{code}"),
            Self::SmsWord => "lighthouse".to_owned(),
            Self::SmsPhrase => "seven herons over the lighthouse".to_owned(),
            _ => code.to_owned(),
        }
    }

    pub(crate) fn is_by_email(self) -> bool {
        matches!(self, Self::EmailCode | Self::SetUpEmailRequired)
    }
}

/// What the number of a flash call begins with.
pub(crate) const FLASH_PREFIX: &str = "99966";

/// A word that names no way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{name}` is none of app, sms, call, flashCall, missedCall, emailCode, setUpEmailRequired, fragmentSms, firebaseSms, smsWord, smsPhrase"
)]
pub struct CodeTypeError {
    name: String,
}

impl FromStr for CodeType {
    type Err = CodeTypeError;

    fn from_str(name: &str) -> Result<Self, CodeTypeError> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, way)| *way);
        found.ok_or_else(|| CodeTypeError { name: name.to_owned() })
    }
}
