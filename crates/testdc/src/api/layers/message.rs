//! `message`, which is another constructor every few layers.
//!
//! ```text
//! flags:# … flags2:# … id:int … peer_id:Peer … date:int … message:string … = Message
//! ```
//! What stands at the dots is optional in each of them; up to layer 173 there is one word of flags.

use std::ops::RangeInclusive;

use tl_codec::Encode;

/// A text that somebody sent to the account.
pub(in crate::api) struct Message<'a> {
    pub(in crate::api) id: i32,
    pub(in crate::api) user_id: i64,
    pub(in crate::api) date: i32,
    pub(in crate::api) text: &'a str,
}

/// `peerUser#59511722 user_id:long = Peer`
const PEER_USER: u32 = 0x5951_1722;

const LAST_WITHOUT_SECOND_FLAGS: i32 = 173;

/// The layers whose `message` stands in the code or schema of a published client (Telethon, several Pyrograms, mtcute,
/// grammers, ferogram; 198 is from `telegram` on npm), and those between two that are equal.
const CONSTRUCTORS: [(RangeInclusive<i32>, u32); 12] = [
    (158..=158, 0x3811_6ee0),
    (173..=173, 0x76be_c211),
    (179..=179, 0x2357_bf25),
    (181..=193, 0x9434_5242),
    (198..=198, 0x96fd_bbe9),
    (204..=204, 0xeabc_dd4d),
    (214..=216, 0x9815_cec8),
    (218..=220, 0xb92f_76cf),
    (221..=222, 0x9cb4_90e9),
    (223..=224, 0x3ae5_6482),
    (225..=225, 0x95ef_6f2b),
    (227..=tl_api::LAYER, 0x7600_b9d3),
];

/// A message as it is in a layer; nothing where that is not known.
pub(in crate::api) fn message(layer: i32, message: &Message<'_>) -> Option<Vec<u8>> {
    let (_, id) = CONSTRUCTORS.iter().find(|(layers, _)| layers.contains(&layer))?;
    let mut out = id.to_bytes();
    let words_of_flags = if layer <= LAST_WITHOUT_SECOND_FLAGS { 1 } else { 2 };
    (0..words_of_flags).for_each(|_| 0_u32.encode(&mut out));
    message.id.encode(&mut out);
    PEER_USER.encode(&mut out);
    message.user_id.encode(&mut out);
    message.date.encode(&mut out);
    message.text.encode(&mut out);
    Some(out)
}
