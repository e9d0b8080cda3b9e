//! `updates.*`: as much as a client asks for after login. Nothing ever happens here.

use tl_api::{functions::updates, types};
use tl_codec::{Constructor, Encode};

use super::request::{Access, Answer, Method, Request, read};

/// `updates.differenceEmpty#5d75a138 date:int seq:int = updates.Difference`
const DIFFERENCE_EMPTY: u32 = 0x5d75_a138;

/// The first and only number of every sequence.
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
    read::<updates::GetState>(body)?;
    let state =
        types::updates::State { pts: SEQ, qts: 0, date: request.now.secs(), seq: SEQ, unread_count: 0 };
    Ok(state.to_bytes())
}

fn get_difference(request: &mut Request<'_>, body: &[u8]) -> Answer {
    read::<updates::GetDifferenceRef>(body)?;
    let mut out = DIFFERENCE_EMPTY.to_bytes();
    request.now.secs().encode(&mut out);
    SEQ.encode(&mut out);
    Ok(out)
}
