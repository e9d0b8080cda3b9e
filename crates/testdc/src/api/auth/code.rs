//! Login by code (protocol, "User Authorization").

mod announce;
pub(in crate::api) mod email;

use tl_api::enums::{self, EmailVerificationRef};
use tl_api::functions::auth;
use tl_api::types;
use tl_codec::Encode;

use super::{check_network, complete, first_step_done};
use crate::account::{Account, AccountStanding, default_code};
use crate::api::Refusal;
use crate::api::request::{Answer, Request, read};
use crate::code_type::CodeType;
use crate::entropy::Entropy;
use crate::keys::{Client, KeyRecord, PendingCode};
use crate::limits::MAX_CODE_ATTEMPTS;
use announce::announce;

/// What a number may have, in digits (ITU E.164 allows fifteen).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

pub(super) fn send(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let query = read::<auth::SendCodeRef<'_>>(body)?;
    if query.api_id <= 0 || query.api_hash.is_empty() {
        return Err(Refusal::bad("API_ID_INVALID"));
    }
    let phone = digits(query.phone_number.as_bytes())?;
    let account = request.centre.cloud.accounts.by_phone(&phone);
    check_data_centre(request, account.as_deref())?;
    if account.as_ref().is_some_and(|account| account.standing() == AccountStanding::Banned) {
        return Err(Refusal::bad("PHONE_NUMBER_BANNED"));
    }
    let code = account.as_ref().map_or_else(|| default_code(&phone), |account| account.code.clone());
    let way = request.centre.cloud.code_types.first().copied().unwrap_or(CodeType::App);
    let pending = PendingCode {
        code: way.code(&code),
        account_code: code,
        way,
        email: None,
        phone,
        hash: new_hash(request.entropy),
        sent_at: request.now,
        wrong_attempts: 0,
        resent: 0,
    };
    let sent = announce(request, &pending);
    request.login_key()?.client().pending_code = Some(pending);
    Ok(enums::auth::SentCode::SentCode(sent).to_bytes())
}

/// Whoever lives here is at home, wherever the nearest data centre is; anybody else goes there first.
///
/// # Errors
/// `303 NETWORK_MIGRATE_X`, `303 PHONE_MIGRATE_X`.
fn check_data_centre(request: &Request<'_>, account: Option<&Account>) -> Result<(), Refusal> {
    let home = account.map(Account::home_dc);
    if home == Some(request.centre.identity.id) {
        return Ok(());
    }
    check_network(request)?;
    home.map_or(Ok(()), |home| Err(Refusal::new(303, format!("PHONE_MIGRATE_{home}"))))
}

pub(super) fn resend(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let query = read::<auth::ResendCodeRef<'_>>(body)?;
    let key = request.login_key()?;
    bring_along(request, &key, query.phone_code_hash.as_bytes());
    let mut client = key.client();
    let hash = new_hash(request.entropy);
    let pending =
        pending(&mut client, query.phone_number.as_bytes(), query.phone_code_hash.as_bytes(), request)?;
    let way = request.centre.cloud.code_types.get(pending.resent + 1).copied();
    pending.way = way.ok_or_else(|| Refusal::new(406, "SEND_CODE_UNAVAILABLE"))?;
    pending.code = pending.way.code(&pending.account_code);
    pending.resent += 1;
    pending.hash = hash;
    pending.sent_at = request.now;
    Ok(enums::auth::SentCode::SentCode(announce(request, pending)).to_bytes())
}

pub(super) fn cancel(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let query = read::<auth::CancelCodeRef<'_>>(body)?;
    let key = request.login_key()?;
    let mut client = key.client();
    pending(&mut client, query.phone_number.as_bytes(), query.phone_code_hash.as_bytes(), request)?;
    client.pending_code = None;
    Ok(true.to_bytes())
}

pub(super) fn sign_in(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let query = read::<auth::SignInRef<'_>>(body)?;
    let key = request.login_key()?;
    bring_along(request, &key, query.phone_code_hash.as_bytes());
    let mut client = key.client();
    let pending =
        pending(&mut client, query.phone_number.as_bytes(), query.phone_code_hash.as_bytes(), request)?;
    let code = given_code(&query, pending.way);
    if code.is_empty() {
        return Err(Refusal::bad("PHONE_CODE_EMPTY"));
    }
    if code != pending.code.as_bytes() || pending.way == CodeType::SetUpEmailRequired {
        pending.wrong_attempts += 1;
        return Err(Refusal::bad("PHONE_CODE_INVALID"));
    }
    let Some(account) = request.centre.cloud.account(&pending.phone) else {
        let sign_up = types::auth::AuthorizationSignUpRequired::default();
        return Ok(enums::auth::Authorization::SignUpRequired(sign_up).to_bytes());
    };
    drop(client);
    first_step_done(&key, &account)?;
    Ok(complete(request, &key, account).to_bytes())
}

/// The code that a client gives back: one that came by e-mail has a field of its own.
fn given_code(query: &auth::SignInRef<'_>, way: CodeType) -> Vec<u8> {
    match &query.email_verification {
        Some(EmailVerificationRef::Code(verification)) if way.is_by_email() => {
            verification.code.as_bytes().to_vec()
        }
        None if !way.is_by_email() => {
            query.phone_code.map(|code| code.as_bytes().to_vec()).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// A client that was sent on to this data centre in the middle of a login goes on with the code that it was sent: the
/// code belongs to the number, and its hash is known to nobody else.
fn bring_along(request: &Request<'_>, key: &KeyRecord, hash: &[u8]) {
    let is_meant = |code: &mut PendingCode| code.hash.as_bytes() == hash;
    if key.client().pending_code.as_mut().is_some_and(is_meant) {
        return;
    }
    let mut keys = request.centre.cloud.keys.values().flat_map(|store| store.all());
    // one lock at a time: two clients may look at each other's keys
    let found = keys.find_map(|other| other.client().pending_code.take_if(is_meant));
    if found.is_some() {
        key.client().pending_code = found;
    }
}

/// The code that a client speaks of.
fn pending<'a>(
    client: &'a mut Client,
    phone: &[u8],
    hash: &[u8],
    request: &Request<'_>,
) -> Result<&'a mut PendingCode, Refusal> {
    let phone = digits(phone)?;
    if hash.is_empty() {
        return Err(Refusal::bad("PHONE_CODE_HASH_EMPTY"));
    }
    let expired = || Refusal::bad("PHONE_CODE_EXPIRED");
    let pending = client.pending_code.as_mut().ok_or_else(expired)?;
    let is_current = pending.phone == phone && pending.hash.as_bytes() == hash;
    let is_fresh = request.now.since(pending.sent_at) < request.centre.cloud.code_lifetime
        && pending.wrong_attempts < MAX_CODE_ATTEMPTS;
    if is_current && is_fresh { Ok(pending) } else { Err(expired()) }
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
