//! A login e-mail address: named, confirmed, and from then on the way of the code ("Email verification").

use tl_api::enums::{EmailVerificationRef, EmailVerifyPurposeRef};
use tl_api::functions::account;
use tl_api::{enums, types};
use tl_codec::Encode;

use super::announce::{announce, pattern};
use super::{bring_along, new_hash, pending};
use crate::api::Refusal;
use crate::api::request::{Answer, Request, read};
use crate::code_type::CodeType;
use crate::event::Event;

/// The longest address (RFC 5321, 4.5.3.1.3).
const MAX_EMAIL_BYTES: usize = 254;

/// `account.sendVerifyEmailCode`
pub(in crate::api) fn send_code(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let query = read::<account::SendVerifyEmailCodeRef<'_>>(body)?;
    let EmailVerifyPurposeRef::LoginSetup(purpose) = query.purpose else {
        return Err(Refusal::bad("EMAIL_NOT_ALLOWED"));
    };
    let email = query.email.to_str().ok().filter(|email| is_address(email));
    let email = email.ok_or_else(|| Refusal::bad("EMAIL_INVALID"))?;
    let key = request.login_key()?;
    bring_along(request, &key, purpose.phone_code_hash.as_bytes());
    let mut client = key.client();
    let (phone, hash) = (purpose.phone_number.as_bytes(), purpose.phone_code_hash.as_bytes());
    let pending = pending(&mut client, phone, hash, request)?;
    if pending.way != CodeType::SetUpEmailRequired {
        return Err(Refusal::bad("PHONE_HASH_EXPIRED"));
    }
    pending.email = Some(email.to_owned());
    request.centre.events.emit(Event::CodeSent { phone: pending.phone.clone(), code: pending.code.clone() });
    let length = i32::try_from(pending.code.chars().count()).unwrap_or(0);
    Ok(types::account::SentEmailCode { email_pattern: pattern(email), length }.to_bytes())
}

fn is_address(email: &str) -> bool {
    email.len() <= MAX_EMAIL_BYTES
        && email.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.'))
}

/// `account.verifyEmail`: the address is confirmed, and a login code goes to it.
pub(in crate::api) fn verify(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let query = read::<account::VerifyEmailRef<'_>>(body)?;
    let EmailVerifyPurposeRef::LoginSetup(purpose) = query.purpose else {
        return Err(Refusal::bad("EMAIL_NOT_ALLOWED"));
    };
    let EmailVerificationRef::Code(verification) = query.verification else {
        return Err(Refusal::bad("EMAIL_VERIFY_EXPIRED"));
    };
    let hash = new_hash(request.entropy);
    let key = request.login_key()?;
    bring_along(request, &key, purpose.phone_code_hash.as_bytes());
    let mut client = key.client();
    let (phone, old_hash) = (purpose.phone_number.as_bytes(), purpose.phone_code_hash.as_bytes());
    let pending = pending(&mut client, phone, old_hash, request)?;
    let email = pending.email.clone().filter(|_| pending.way == CodeType::SetUpEmailRequired);
    let email = email.ok_or_else(|| Refusal::bad("EMAIL_VERIFY_EXPIRED"))?;
    if verification.code.as_bytes() != pending.code.as_bytes() {
        pending.wrong_attempts += 1;
        return Err(Refusal::bad("CODE_INVALID"));
    }
    pending.way = CodeType::EmailCode;
    pending.hash = hash;
    pending.sent_at = request.now;
    let sent_code = enums::auth::SentCode::SentCode(announce(request, pending));
    let verified = types::account::EmailVerifiedLogin { email, sent_code };
    Ok(enums::account::EmailVerified::Login(verified).to_bytes())
}
