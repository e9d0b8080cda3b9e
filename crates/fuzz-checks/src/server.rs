//! testdc's request path: a client that is logged in asks anything, over TCP.

mod caller;

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use mtproto::schema::{functions as says, types as told};
use tl_api::functions as f;
use tl_codec::{Constructor as _, Encode};

use self::caller::{Account, Caller};
use crate::input::{Input, long_pieces};
use crate::session::MSG_CONTAINER;

/// Requests of one input.
const MAX_REQUESTS: usize = 16;

/// What a client says to the protocol itself. It is no request: some have no answer, and some end the connection or the key.
/// A container that wants an ack is refused, whatever is in it.
const SERVICE: [u32; 16] = [
    MSG_CONTAINER,
    told::MsgsAck::ID,
    told::MsgsStateReq::ID,
    told::MsgsStateInfo::ID,
    told::MsgsAllInfo::ID,
    told::MsgResendReq::ID,
    told::MsgResendAnsReq::ID,
    told::MsgDetailedInfo::ID,
    told::MsgNewDetailedInfo::ID,
    told::HttpWait::ID,
    says::Ping::ID,
    says::PingDelayDisconnect::ID,
    says::GetFutureSalts::ID,
    says::RpcDropAnswer::ID,
    says::DestroySession::ID,
    says::DestroyAuthKey::ID,
];

/// The account, which one connection at a time uses.
fn account() -> MutexGuard<'static, Account> {
    static ACCOUNT: OnceLock<Mutex<Account>> = OnceLock::new();
    let account = ACCOUNT.get_or_init(|| Mutex::new(Account::start()));
    account.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn check(bytes: &[u8]) {
    let mut account = account();
    let mut caller = Caller::connect(&mut account);
    let mut input = Input::new(bytes);
    let mut requests = Vec::new();
    while !input.is_empty() && requests.len() < MAX_REQUESTS {
        let mut request = input.long().to_vec();
        request.resize(request.len().max(4).next_multiple_of(4), 0);
        if !SERVICE.iter().any(|id| request.starts_with(&id.to_le_bytes())) {
            requests.push(request);
        }
    }
    // every request has its answer, and the connection stays for one more
    caller.ask(requests);
    let last = caller.ask(vec![f::help::GetNearestDc.to_bytes()]);
    assert_eq!(last.len(), 1);
}

/// What this project's client asks, and what others wrote.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let takeout = f::InvokeWithTakeout { takeout_id: 1, query: f::contacts::GetSaved };
    let own = [
        f::contacts::GetContacts { hash: 0 }.to_bytes(),
        f::contacts::GetSaved.to_bytes(),
        takeout.to_bytes(),
        f::contacts::GetStatuses.to_bytes(),
        f::account::InitTakeoutSession { contacts: true, ..Default::default() }.to_bytes(),
        f::account::FinishTakeoutSession { success: true }.to_bytes(),
        f::account::GetPassword.to_bytes(),
        f::help::GetConfig.to_bytes(),
        f::updates::GetState.to_bytes(),
        f::auth::LogOut.to_bytes(),
        f::auth::SendCode { phone_number: caller::PHONE.into(), api_id: 1, ..Default::default() }.to_bytes(),
        f::users::GetUsers { id: vec![tl_api::types::InputUserSelf {}.into()] }.to_bytes(),
    ];
    let written: Vec<_> = crate::seeds::telethon().into_iter().filter(|bytes| bytes.len() < 400).collect();
    let together: Vec<&[u8]> = own.iter().map(Vec::as_slice).collect();
    let alone = own.iter().chain(&written).map(|request| long_pieces(&[request]));
    alone.chain([long_pieces(&together)]).collect()
}
