//! How a code travels (`auth.SentCodeType`), and how the next one would (`auth.CodeType`).

use tl_api::enums::auth::{CodeTypeRef, SentCodeTypeRef};

/// How a code reaches the user (`auth.SentCodeType`). Texts are the server's own: whoever shows them escapes them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodeDelivery {
    /// A message from Telegram in the apps that are logged in.
    App,
    /// A text message.
    Sms,
    /// A phone call that speaks the code.
    Call,
    /// A call that hangs up at once: the caller's whole number is the code.
    FlashCall {
        /// What the number looks like.
        pattern: String,
    },
    /// A call that hangs up at once: the last digits of the caller's number are the code.
    MissedCall {
        /// How the number begins.
        prefix: String,
        /// How many digits are the code.
        digits: i32,
    },
    /// A message to the login e-mail address.
    Email {
        /// The address, with most of it hidden.
        pattern: String,
    },
    /// The account has to get a login e-mail address before it can log in.
    SetUpEmail,
    /// The Fragment platform, for anonymous numbers.
    Fragment {
        /// Where the code is to be seen.
        url: String,
    },
    /// A text message that only Telegram's own apps are sent.
    FirebaseSms,
    /// A text message with a word in place of digits.
    SmsWord {
        /// How the word begins.
        beginning: Option<String>,
    },
    /// A text message with a phrase in place of digits.
    SmsPhrase {
        /// How the phrase begins.
        beginning: Option<String>,
    },
    /// A way that this version does not know.
    Other,
}

impl CodeDelivery {
    pub(super) fn of(kind: &SentCodeTypeRef<'_>) -> Self {
        use SentCodeTypeRef as Type;

        match kind {
            Type::App(_) => Self::App,
            Type::Sms(_) => Self::Sms,
            Type::Call(_) => Self::Call,
            Type::FlashCall(call) => Self::FlashCall { pattern: call.pattern.to_str_lossy().into_owned() },
            Type::MissedCall(call) => {
                Self::MissedCall { prefix: call.prefix.to_str_lossy().into_owned(), digits: call.length }
            }
            Type::EmailCode(email) => {
                Self::Email { pattern: email.email_pattern.to_str_lossy().into_owned() }
            }
            Type::SetUpEmailRequired(_) => Self::SetUpEmail,
            Type::FragmentSms(sms) => Self::Fragment { url: sms.url.to_str_lossy().into_owned() },
            Type::FirebaseSms(_) => Self::FirebaseSms,
            Type::SmsWord(sms) => {
                Self::SmsWord { beginning: sms.beginning.map(|text| text.to_str_lossy().into_owned()) }
            }
            Type::SmsPhrase(sms) => {
                Self::SmsPhrase { beginning: sms.beginning.map(|text| text.to_str_lossy().into_owned()) }
            }
            _ => Self::Other,
        }
    }
}

/// How another code would be sent if it is asked for (`auth.CodeType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NextDelivery {
    /// A text message.
    Sms,
    /// A phone call that speaks the code.
    Call,
    /// A call whose number is the code.
    FlashCall,
    /// A call whose number ends with the code.
    MissedCall,
    /// The Fragment platform.
    Fragment,
    /// A way that this version does not know.
    Other,
}

impl NextDelivery {
    pub(super) fn of(kind: CodeTypeRef) -> Self {
        use CodeTypeRef as Type;

        match kind {
            Type::Sms(_) => Self::Sms,
            Type::Call(_) => Self::Call,
            Type::FlashCall(_) => Self::FlashCall,
            Type::MissedCall(_) => Self::MissedCall,
            Type::FragmentSms(_) => Self::Fragment,
            _ => Self::Other,
        }
    }
}
