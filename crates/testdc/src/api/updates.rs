//! `updates.*`: what happened meanwhile, and what is told at once.
//!
//! The only thing that ever happens to an account is a message of Telegram's own user 777000. Messages are pushed to
//! whoever is connected, and the last ones are kept for clients that missed them; who missed others is told to begin anew
//! (`updates.differenceTooLong`).
//!
//! A message that is told at once has the same form in every layer (`updateShortMessage`), and so has what a client is told
//! later in whose layer `message` is not known (`updateServiceNotification`).

use tl_api::{functions::updates, types};
use tl_codec::{Constructor, Encode, RawBytes, encode_vector};

use super::layers;
use super::request::{Access, Answer, Method, Request, read};
use crate::account::{Account, Inbox, ServiceMessage};
use crate::clock::UnixTime;

/// `updates.differenceEmpty#5d75a138 date:int seq:int = updates.Difference`
const DIFFERENCE_EMPTY: u32 = 0x5d75_a138;
/// `updates.difference#00f49ca0 new_messages:Vector<Message> new_encrypted_messages:Vector<EncryptedMessage>
/// other_updates:Vector<Update> chats:Vector<Chat> users:Vector<User> state:updates.State = updates.Difference`
const DIFFERENCE: u32 = 0x00f4_9ca0;
/// `updates.differenceTooLong#4afe8f6d pts:int = updates.Difference`
const DIFFERENCE_TOO_LONG: u32 = 0x4afe_8f6d;
/// `updateShort#78d4dec1 update:Update date:int = Updates`
const UPDATE_SHORT: u32 = 0x78d4_dec1;
/// `updatePeerLocated#b4afcfb0 peers:Vector<PeerLocated> = Update`
const UPDATE_PEER_LOCATED: u32 = 0xb4af_cfb0;
/// `updateShortMessage#313bc7f8 flags:# … id:int user_id:long message:string pts:int pts_count:int date:int …`
const UPDATE_SHORT_MESSAGE: u32 = 0x313b_c7f8;
/// `updateServiceNotification#ebe46819 flags:# … inbox_date:flags.1?int type:string message:string media:MessageMedia
/// entities:Vector<MessageEntity> = Update`: with a date it belongs to the history with user 777000.
const UPDATE_SERVICE_NOTIFICATION: u32 = 0xebe4_6819;
/// `messageMediaEmpty#3ded6320 = MessageMedia`
const MESSAGE_MEDIA_EMPTY: u32 = 0x3ded_6320;

/// Telegram's own user, from whom codes and warnings come.
const SERVICE_USER_ID: i64 = 777_000;
/// The user's number.
pub(super) const SERVICE_PHONE: &str = "42777";

/// The first and only number of the sequence that is not about messages.
const SEQ: i32 = 1;

pub(super) const METHODS: &[Method] = &[
    Method {
        id: updates::GetState::ID,
        name: updates::GetState::NAME,
        access: Access::LoggedIn,
        call: get_state,
    },
    Method {
        id: updates::GetDifference::ID,
        name: updates::GetDifference::NAME,
        access: Access::LoggedIn,
        call: get_difference,
    },
];

fn get_state(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    read::<updates::GetState>(body)?;
    Ok(state(&account.inbox(), request.now).to_bytes())
}

pub(super) fn state(inbox: &Inbox, now: UnixTime) -> types::updates::State {
    types::updates::State { pts: inbox.pts(), qts: 0, date: now.secs(), seq: SEQ, unread_count: 0 }
}

fn get_difference(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let account = request.logged_in()?;
    let query = read::<updates::GetDifferenceRef>(body)?;
    let inbox = account.inbox();
    let most = query.pts_total_limit.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    let mut out = Vec::new();
    match inbox.behind(query.pts).filter(|missed| missed.len() <= most) {
        None => {
            DIFFERENCE_TOO_LONG.encode(&mut out);
            inbox.pts().encode(&mut out);
        }
        Some(missed) if missed.len() == 0 => {
            DIFFERENCE_EMPTY.encode(&mut out);
            request.now.secs().encode(&mut out);
            SEQ.encode(&mut out);
        }
        Some(missed) => {
            let layer = request.key.client().layer.unwrap_or(tl_api::LAYER);
            let mut id = inbox.pts() - i32::try_from(missed.len()).unwrap_or(i32::MAX);
            let (mut messages, mut others) = (Vec::new(), Vec::new());
            for missed in missed {
                id += 1;
                match as_message(layer, id, missed) {
                    Some(message) => messages.push(RawBytes(message)),
                    None => others.push(RawBytes(notification(missed))),
                }
            }
            let from = if messages.is_empty() { Vec::new() } else { vec![service_user()] };
            let none = |out: &mut Vec<u8>| encode_vector::<i32>(&[], out);
            DIFFERENCE.encode(&mut out);
            encode_vector(&messages, &mut out);
            none(&mut out);
            encode_vector(&others, &mut out);
            none(&mut out);
            encode_vector(&from, &mut out);
            state(&inbox, request.now).encode(&mut out);
        }
    }
    Ok(out)
}

/// Telegram's own user, as others see them.
pub(super) fn service_user() -> types::User {
    types::User {
        verified: true,
        support: true,
        id: SERVICE_USER_ID,
        access_hash: Some(SERVICE_USER_ID),
        first_name: Some("Telegram".to_owned()),
        phone: Some(SERVICE_PHONE.to_owned()),
        ..types::User::default()
    }
}

fn as_message(layer: i32, id: i32, missed: &ServiceMessage) -> Option<Vec<u8>> {
    let (date, text) = (missed.sent.secs(), missed.text.as_str());
    layers::message(layer, &layers::Message { id, user_id: SERVICE_USER_ID, date, text })
}

/// A message of user 777000 that came some time ago.
fn notification(message: &ServiceMessage) -> Vec<u8> {
    let (has_inbox_date, no_type) = (1_u32 << 1, "");
    let mut out = UPDATE_SERVICE_NOTIFICATION.to_bytes();
    has_inbox_date.encode(&mut out);
    message.sent.secs().encode(&mut out);
    no_type.encode(&mut out);
    message.text.as_str().encode(&mut out);
    MESSAGE_MEDIA_EMPTY.encode(&mut out);
    encode_vector::<i32>(&[], &mut out);
    out
}

/// Somebody accepted the token that a client shows.
pub(super) fn login_token(now: UnixTime) -> Vec<u8> {
    let mut out = UPDATE_SHORT.to_bytes();
    types::UpdateLoginToken.encode(&mut out);
    now.secs().encode(&mut out);
    out
}

/// A list of the people around, without anybody in it.
pub(super) fn nobody_near(date: i32) -> Vec<u8> {
    let mut out = UPDATE_SHORT.to_bytes();
    UPDATE_PEER_LOCATED.encode(&mut out);
    encode_vector::<i32>(&[], &mut out);
    date.encode(&mut out);
    out
}

/// A message of user 777000 for an account, which keeps it.
pub(crate) fn service_message(account: &Account, text: &str, now: UnixTime) -> Vec<u8> {
    let pts = account.inbox().add(ServiceMessage { text: text.to_owned(), sent: now });
    let (no_flags, pts_count) = (0_u32, 1_i32);
    let mut out = UPDATE_SHORT_MESSAGE.to_bytes();
    no_flags.encode(&mut out);
    pts.encode(&mut out);
    SERVICE_USER_ID.encode(&mut out);
    text.encode(&mut out);
    pts.encode(&mut out);
    pts_count.encode(&mut out);
    now.secs().encode(&mut out);
    out
}
