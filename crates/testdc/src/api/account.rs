//! `account.*`: takeout sessions, the password and the list of logins.

pub(super) mod password;
mod sessions;

use tl_api::functions::account;
use tl_api::types;
use tl_codec::{Constructor, Encode};

use super::auth::email;
use super::request::{Access, Answer, Method, Request, read};
use super::{Refusal, updates};
use crate::account::takeout::{NotYet, OpenTakeout};
use crate::event::Event;
use crate::fault::Fault;

pub(super) const METHODS: &[Method] = &[
    Method {
        id: account::GetPassword::ID,
        name: account::GetPassword::NAME,
        access: Access::Introduced,
        call: password::get,
    },
    Method {
        id: account::SendVerifyEmailCodeRef::ID,
        name: account::SendVerifyEmailCodeRef::NAME,
        access: Access::Introduced,
        call: email::send_code,
    },
    Method {
        id: account::VerifyEmailRef::ID,
        name: account::VerifyEmailRef::NAME,
        access: Access::Introduced,
        call: email::verify,
    },
    Method {
        id: account::InitTakeoutSessionRef::ID,
        name: account::InitTakeoutSessionRef::NAME,
        access: Access::LoggedIn,
        call: init_takeout,
    },
    Method {
        id: account::FinishTakeoutSessionRef::ID,
        name: account::FinishTakeoutSessionRef::NAME,
        access: Access::LoggedIn,
        call: finish_takeout,
    },
    Method {
        id: password::UPDATE_SETTINGS,
        name: "account.updatePasswordSettings",
        access: Access::LoggedIn,
        call: password::update_settings,
    },
    Method {
        id: password::GET_SETTINGS,
        name: "account.getPasswordSettings",
        access: Access::LoggedIn,
        call: password::get_settings,
    },
    Method {
        id: sessions::GET_AUTHORIZATIONS,
        name: "account.getAuthorizations",
        access: Access::LoggedIn,
        call: sessions::list,
    },
    Method {
        id: sessions::RESET_AUTHORIZATION,
        name: "account.resetAuthorization",
        access: Access::LoggedIn,
        call: sessions::end_one,
    },
    Method {
        id: sessions::RESET_AUTHORIZATIONS,
        name: "auth.resetAuthorizations",
        access: Access::LoggedIn,
        call: sessions::end_others,
    },
];

/// `account.initTakeoutSession`: at once, or after the wait that the server was started with.
fn init_takeout(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<account::InitTakeoutSessionRef>(body)?;
    let auth_key_id = request.login_key()?.key.id();
    if let Some(delay_secs) = takeout_delay_secs(request) {
        let admitted = account.takeouts().admit(auth_key_id, delay_secs, request.now);
        admitted.map_err(|reason| refuse_takeout(request, reason))?;
    }
    let takeout_id = account.takeouts().open(auth_key_id, query.contacts(), request.entropy);
    request.centre.events.emit(Event::TakeoutOpened { takeout_id });
    Ok(types::account::Takeout { id: takeout_id }.to_bytes())
}

/// The wait that the server was started with, or the one of a fault.
fn takeout_delay_secs(request: &Request<'_>) -> Option<u32> {
    let scripted = request
        .centre
        .faults
        .peek(|fault| if let Fault::TakeoutDelay { seconds } = fault { Some(*seconds) } else { None });
    scripted.or(request.centre.cloud.takeout_delay_secs)
}

/// What Telegram answers to a request that its owner has declined is not documented. Of the errors that are,
/// `TAKEOUT_INVALID` is the closest: there is no such session, and waiting does not bring it.
fn refuse_takeout(request: &Request<'_>, reason: NotYet) -> Refusal {
    match reason {
        NotYet::Wait { secs, is_first } => {
            if is_first {
                request.centre.events.emit(Event::TakeoutDelayed { secs });
                warn_owner(request, secs);
            }
            Refusal::new(420, format!("TAKEOUT_INIT_DELAY_{secs}"))
        }
        NotYet::Denied => Refusal::bad("TAKEOUT_INVALID"),
    }
}

/// Tells the owner on all other devices, as user 777000.
fn warn_owner(request: &Request<'_>, secs: u32) {
    let (Some(account), Some(key)) = (request.account(), &request.login_key) else { return };
    let device = request.key.client().device.model.clone();
    let text = format!(
        "Somebody asks to export the data of this account, from the device {device}. It can begin in {secs} seconds, or at \
         once if you allow it. If it was not you, decline, and end the session."
    );
    let message = updates::service_message(&account, &text, request.now);
    request.centre.cloud.push_to_account(&account, Some(key.key.id()), &message, request.now);
}

/// `account.finishTakeoutSession`, which is itself wrapped in `invokeWithTakeout`.
fn finish_takeout(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<account::FinishTakeoutSessionRef>(body)?;
    let open = request.takeout.ok_or_else(|| Refusal::forbidden("TAKEOUT_REQUIRED"))?;
    account.takeouts().finish();
    request.centre.events.emit(Event::TakeoutFinished { takeout_id: open.id, success: query.success() });
    Ok(true.to_bytes())
}

/// The takeout session of `invokeWithTakeout`.
///
/// # Errors
/// `400 TAKEOUT_INVALID` when it is not, or no longer, the session that this key has opened.
pub(super) fn find_takeout(request: &Request<'_>, takeout_id: i64) -> Result<OpenTakeout, Refusal> {
    let account = request.logged_in()?;
    let found = account.takeouts().find(takeout_id, request.login_key()?.key.id());
    found.ok_or_else(|| Refusal::bad("TAKEOUT_INVALID"))
}

/// Another device opens a takeout session for the account.
pub(super) fn take_over(request: &mut Request<'_>) {
    if let Some(account) = request.account() {
        // no key has this id
        account.takeouts().open(0, true, request.entropy);
    }
}

/// # Errors
/// `400 TAKEOUT_INVALID` when the session that the call is wrapped in was taken over meanwhile.
pub(super) fn recheck_takeout(request: &Request<'_>) -> Result<(), Refusal> {
    match request.takeout {
        Some(open) => find_takeout(request, open.id).map(|_| ()),
        None => Ok(()),
    }
}
