//! `auth.sentCode`: how a code was sent, and how it can be sent next.

use tl_api::enums::auth::{CodeType as Next, SentCodeType};
use tl_api::types::auth::{
    CodeTypeCall, CodeTypeFlashCall, CodeTypeFragmentSms, CodeTypeMissedCall, CodeTypeSms, SentCode,
    SentCodeTypeApp, SentCodeTypeCall, SentCodeTypeEmailCode, SentCodeTypeFirebaseSms, SentCodeTypeFlashCall,
    SentCodeTypeFragmentSms, SentCodeTypeMissedCall, SentCodeTypeSetUpEmailRequired, SentCodeTypeSms,
    SentCodeTypeSmsPhrase, SentCodeTypeSmsWord,
};

use crate::api::request::Request;
use crate::code_type::{CodeType, FLASH_PREFIX};
use crate::event::Event;
use crate::keys::PendingCode;

/// Tells the world about a code, and the client how it was sent.
pub(super) fn announce(request: &Request<'_>, pending: &PendingCode) -> SentCode {
    // who still has to name an address gets no code yet
    if pending.way != CodeType::SetUpEmailRequired {
        let (phone, code) = (pending.phone.clone(), pending.code.clone());
        request.centre.events.emit(Event::CodeSent { phone, code });
    }
    let cloud = &request.centre.cloud;
    let next_type = cloud.code_types.get(pending.resent + 1).and_then(|way| next(*way));
    SentCode {
        type_: sent(pending),
        phone_code_hash: pending.hash.clone(),
        timeout: next_type.is_some().then_some(cloud.code_timeout_secs),
        next_type,
    }
}

/// What a way is called before it is taken; there is no word for some.
fn next(way: CodeType) -> Option<Next> {
    Some(match way {
        CodeType::Sms | CodeType::FirebaseSms | CodeType::SmsWord | CodeType::SmsPhrase => {
            Next::Sms(CodeTypeSms)
        }
        CodeType::Call => Next::Call(CodeTypeCall),
        CodeType::FlashCall => Next::FlashCall(CodeTypeFlashCall),
        CodeType::MissedCall => Next::MissedCall(CodeTypeMissedCall),
        CodeType::FragmentSms => Next::FragmentSms(CodeTypeFragmentSms),
        CodeType::App | CodeType::EmailCode | CodeType::SetUpEmailRequired => return None,
    })
}

fn sent(pending: &PendingCode) -> SentCodeType {
    let length = i32::try_from(pending.code.chars().count()).unwrap_or(0);
    match pending.way {
        CodeType::App => SentCodeType::App(SentCodeTypeApp { length }),
        CodeType::Sms => SentCodeType::Sms(SentCodeTypeSms { length }),
        CodeType::Call => SentCodeType::Call(SentCodeTypeCall { length }),
        CodeType::FlashCall => {
            SentCodeType::FlashCall(SentCodeTypeFlashCall { pattern: format!("{FLASH_PREFIX}*") })
        }
        CodeType::MissedCall => {
            SentCodeType::MissedCall(SentCodeTypeMissedCall { prefix: FLASH_PREFIX.to_owned(), length })
        }
        CodeType::EmailCode => SentCodeType::EmailCode(SentCodeTypeEmailCode {
            email_pattern: pattern(pending.email.as_deref().unwrap_or(LOGIN_EMAIL)),
            length,
            ..SentCodeTypeEmailCode::default()
        }),
        CodeType::SetUpEmailRequired => {
            SentCodeType::SetUpEmailRequired(SentCodeTypeSetUpEmailRequired::default())
        }
        CodeType::FragmentSms => SentCodeType::FragmentSms(SentCodeTypeFragmentSms {
            url: "https://fragment.com/login-codes".to_owned(),
            length,
        }),
        CodeType::FirebaseSms => SentCodeType::FirebaseSms(SentCodeTypeFirebaseSms {
            nonce: Some(pending.hash.clone().into_bytes()),
            length,
            ..SentCodeTypeFirebaseSms::default()
        }),
        CodeType::SmsWord => {
            SentCodeType::SmsWord(SentCodeTypeSmsWord { beginning: beginning(&pending.code) })
        }
        CodeType::SmsPhrase => {
            SentCodeType::SmsPhrase(SentCodeTypeSmsPhrase { beginning: beginning(&pending.code) })
        }
    }
}

/// The address of an account that has one.
const LOGIN_EMAIL: &str = "somebody@example.org";

/// An address as it is shown to somebody who may not be its owner.
pub(super) fn pattern(email: &str) -> String {
    let (name, domain) = email.split_once('@').unwrap_or((email, ""));
    let first = name.chars().next().map(String::from).unwrap_or_default();
    format!("{first}***@{domain}")
}

fn beginning(code: &str) -> Option<String> {
    code.chars().next().map(String::from)
}
