//! Login by code (protocol, "User Authorization").

use tl_api::functions::auth;
use tl_api::{enums, types};
use tl_codec::Encode;

use super::{check_network, complete, first_step_done};
use crate::account::{AccountStanding, default_code};
use crate::api::Refusal;
use crate::api::request::{Answer, Request, read};
use crate::clock::UnixTime;
use crate::entropy::Entropy;
use crate::event::Event;
use crate::keys::{Client, PendingCode};
use crate::limits::{CODE_LIFETIME, MAX_CODE_ATTEMPTS};

/// Seconds after which a client may ask for the code in another way.
const RESEND_AFTER_SECS: i32 = 60;

/// What a number may have, in digits (ITU E.164 allows fifteen).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

pub(super) fn send(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let query = read::<auth::SendCodeRef<'_>>(body)?;
    if query.api_id <= 0 || query.api_hash.is_empty() {
        return Err(Refusal::bad("API_ID_INVALID"));
    }
    let phone = digits(query.phone_number.as_bytes())?;
    check_network(request)?;
    let account = request.centre.cloud.accounts.by_phone(&phone);
    if let Some(account) = account.as_ref().filter(|account| account.home_dc() != request.centre.identity.id)
    {
        return Err(Refusal::new(303, format!("PHONE_MIGRATE_{}", account.home_dc())));
    }
    if account.as_ref().is_some_and(|account| account.standing() == AccountStanding::Banned) {
        return Err(Refusal::bad("PHONE_NUMBER_BANNED"));
    }
    let pending = PendingCode {
        code: account.as_ref().map_or_else(|| default_code(&phone), |account| account.code.clone()),
        phone,
        hash: new_hash(request.entropy),
        sent_at: request.now,
        wrong_attempts: 0,
        resent: 0,
    };
    let sent = announce(request, &pending);
    request.login_key()?.client().pending_code = Some(pending);
    Ok(sent)
}

pub(super) fn resend(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let query = read::<auth::ResendCodeRef<'_>>(body)?;
    let key = request.login_key()?;
    let mut client = key.client();
    let hash = new_hash(request.entropy);
    let pending =
        pending(&mut client, query.phone_number.as_bytes(), query.phone_code_hash.as_bytes(), request.now)?;
    if pending.resent >= 2 {
        return Err(Refusal::new(406, "SEND_CODE_UNAVAILABLE"));
    }
    pending.resent += 1;
    pending.hash = hash;
    pending.sent_at = request.now;
    Ok(announce(request, pending))
}

pub(super) fn cancel(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let query = read::<auth::CancelCodeRef<'_>>(body)?;
    let key = request.login_key()?;
    let mut client = key.client();
    pending(&mut client, query.phone_number.as_bytes(), query.phone_code_hash.as_bytes(), request.now)?;
    client.pending_code = None;
    Ok(true.to_bytes())
}

pub(super) fn sign_in(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let query = read::<auth::SignInRef<'_>>(body)?;
    let key = request.login_key()?;
    let mut client = key.client();
    let pending =
        pending(&mut client, query.phone_number.as_bytes(), query.phone_code_hash.as_bytes(), request.now)?;
    let code = query.phone_code.map(|code| code.as_bytes().to_vec()).unwrap_or_default();
    if code.is_empty() {
        return Err(Refusal::bad("PHONE_CODE_EMPTY"));
    }
    if code != pending.code.as_bytes() {
        pending.wrong_attempts += 1;
        return Err(Refusal::bad("PHONE_CODE_INVALID"));
    }
    let Some(account) = request.centre.cloud.accounts.by_phone(&pending.phone) else {
        let sign_up = types::auth::AuthorizationSignUpRequired::default();
        return Ok(enums::auth::Authorization::SignUpRequired(sign_up).to_bytes());
    };
    drop(client);
    first_step_done(&key, &account)?;
    Ok(complete(request, &key, account).to_bytes())
}

/// The code that a client speaks of.
fn pending<'a>(
    client: &'a mut Client,
    phone: &[u8],
    hash: &[u8],
    now: UnixTime,
) -> Result<&'a mut PendingCode, Refusal> {
    let phone = digits(phone)?;
    if hash.is_empty() {
        return Err(Refusal::bad("PHONE_CODE_HASH_EMPTY"));
    }
    let expired = || Refusal::bad("PHONE_CODE_EXPIRED");
    let pending = client.pending_code.as_mut().ok_or_else(expired)?;
    let is_current = pending.phone == phone && pending.hash.as_bytes() == hash;
    let is_fresh = now.since(pending.sent_at) < CODE_LIFETIME && pending.wrong_attempts < MAX_CODE_ATTEMPTS;
    if is_current && is_fresh { Ok(pending) } else { Err(expired()) }
}

/// Tells the world about a code, and the client how it was sent: first in the app, then by SMS, then by a call.
fn announce(request: &Request<'_>, pending: &PendingCode) -> Vec<u8> {
    use enums::auth::{CodeType, SentCodeType};
    let length = i32::try_from(pending.code.chars().count()).unwrap_or(0);
    let (kind, next) = match pending.resent {
        0 => (
            SentCodeType::App(types::auth::SentCodeTypeApp { length }),
            Some(CodeType::Sms(types::auth::CodeTypeSms)),
        ),
        1 => (
            SentCodeType::Sms(types::auth::SentCodeTypeSms { length }),
            Some(CodeType::Call(types::auth::CodeTypeCall)),
        ),
        _ => (SentCodeType::Call(types::auth::SentCodeTypeCall { length }), None),
    };
    request.centre.events.emit(Event::CodeSent { phone: pending.phone.clone(), code: pending.code.clone() });
    let sent = types::auth::SentCode {
        type_: kind,
        phone_code_hash: pending.hash.clone(),
        timeout: next.is_some().then_some(RESEND_AFTER_SECS),
        next_type: next,
    };
    enums::auth::SentCode::SentCode(sent).to_bytes()
}

/// The digits of a number; clients also send `+`, spaces and brackets.
fn digits(phone: &[u8]) -> Result<String, Refusal> {
    let is_filler = |byte: &u8| matches!(byte, b'+' | b' ' | b'-' | b'(' | b')' | b'.');
    let is_known = phone.iter().all(|byte| byte.is_ascii_digit() || is_filler(byte));
    let digits = phone.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| char::from(*byte));
    let digits = digits.collect::<String>();
    let is_valid = is_known && PHONE_DIGITS.contains(&digits.len());
    if is_valid { Ok(digits) } else { Err(Refusal::bad("PHONE_NUMBER_INVALID")) }
}

fn new_hash(entropy: &mut Entropy) -> String {
    format!("{:018x}", u128::from_le_bytes(entropy.array()) >> 56)
}
