//! `updates.*`: what happened meanwhile, and what is told at once.
//!
//! The only thing that ever happens to an account is a message of Telegram's own user 777000. Messages are pushed to
//! whoever is connected and not kept: a client that missed some is told to begin anew (`updates.differenceTooLong`).

use tl_api::{functions::updates, types};
use tl_codec::{Constructor, Encode, encode_vector};

use super::request::{Access, Answer, Method, Request, read};
use crate::clock::UnixTime;

/// `updates.differenceEmpty#5d75a138 date:int seq:int = updates.Difference`
const DIFFERENCE_EMPTY: u32 = 0x5d75_a138;
/// `updates.differenceTooLong#4afe8f6d pts:int = updates.Difference`
const DIFFERENCE_TOO_LONG: u32 = 0x4afe_8f6d;
/// `updateShort#78d4dec1 update:Update date:int = Updates`
const UPDATE_SHORT: u32 = 0x78d4_dec1;
/// `updatePeerLocated#b4afcfb0 peers:Vector<PeerLocated> = Update`
const UPDATE_PEER_LOCATED: u32 = 0xb4af_cfb0;
/// `updateShortMessage#313bc7f8 flags:# … id:int user_id:long message:string pts:int pts_count:int date:int …`
const UPDATE_SHORT_MESSAGE: u32 = 0x313b_c7f8;

/// Telegram's own user, from whom codes and warnings come.
const SERVICE_USER_ID: i64 = 777_000;

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
    let pts = request.logged_in()?.pts();
    read::<updates::GetState>(body)?;
    let state = types::updates::State { pts, qts: 0, date: request.now.secs(), seq: SEQ, unread_count: 0 };
    Ok(state.to_bytes())
}

fn get_difference(request: &mut Request<'_>, body: &[u8]) -> Answer {
    let pts = request.logged_in()?.pts();
    let query = read::<updates::GetDifferenceRef>(body)?;
    let mut out = Vec::new();
    if query.pts < pts {
        DIFFERENCE_TOO_LONG.encode(&mut out);
        pts.encode(&mut out);
    } else {
        DIFFERENCE_EMPTY.encode(&mut out);
        request.now.secs().encode(&mut out);
        SEQ.encode(&mut out);
    }
    Ok(out)
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

/// A message of user 777000; `pts` counts the messages of the account.
pub(crate) fn service_message(text: &str, pts: i32, now: UnixTime) -> Vec<u8> {
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
