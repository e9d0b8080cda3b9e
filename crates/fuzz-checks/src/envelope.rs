//! Envelopes from somebody with the key, and from somebody without it.

use bytes::BytesMut;
use mtproto::crypto::kdf::{self, Sender};
use mtproto::crypto::{AuthKey, ige};
use mtproto::envelope::{OpenError, Opened, open};

use crate::input::Input;

pub(crate) const SESSION_ID: i64 = 0x5e55_1044;

/// A key like any other.
pub(crate) fn key() -> AuthKey {
    AuthKey::new(&mut std::array::from_fn(|at| at.to_le_bytes()[0]))
}

/// Seals whole blocks as they are, whatever they say.
pub(crate) fn seal_text(key: &AuthKey, mut text: Vec<u8>) -> Vec<u8> {
    let msg_key = kdf::msg_key(&kdf::msg_key_large(key, Sender::Server, &text));
    ige::encrypt(&kdf::v2(key, Sender::Server, &msg_key), &mut text).expect("whole blocks");
    [&key.id().to_le_bytes()[..], &msg_key, &text].concat()
}

/// Header, length, body, and so much padding that the blocks are whole.
pub(crate) fn text(salt: i64, session_id: i64, msg_id: i64, seq_no: i32, body: &[u8]) -> Vec<u8> {
    let len = i32::try_from(body.len()).expect("a short body");
    let mut text = [salt.to_le_bytes(), session_id.to_le_bytes(), msg_id.to_le_bytes()].concat();
    text.extend_from_slice(&seq_no.to_le_bytes());
    text.extend_from_slice(&len.to_le_bytes());
    text.extend_from_slice(body);
    text.resize((text.len() + 12).next_multiple_of(16), 0xcc);
    text
}

pub(crate) fn check(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let key = key();
    let is_forged = input.byte().is_multiple_of(2);
    if is_forged {
        let frame = input.rest();
        let opened = open(&key, Sender::Server, SESSION_ID, frame.into());
        let real = real();
        let is_real = real.iter().any(|real| real == frame);
        assert_eq!(opened.is_ok(), is_real, "{opened:?}");
        return;
    }
    // somebody with the key says anything at all
    let mut text = input.rest().to_vec();
    text.truncate(text.len() / 16 * 16);
    let frame = seal_text(&key, text.clone());
    let opened = open(&key, Sender::Server, SESSION_ID, frame.as_slice().into());
    match opened {
        Ok(opened) => keeps_the_rules(&opened, &text),
        Err(OpenError::MsgKey | OpenError::AuthKeyId | OpenError::NotWholeBlocks { .. }) => {
            panic!("the key sealed it")
        }
        Err(_) => {}
    }
    // one changed bit, and it is nobody's
    let mut broken = BytesMut::from(frame.as_slice());
    let at = usize::from(bytes.len().to_le_bytes()[0]) % broken.len();
    broken[at] ^= 0x10;
    assert!(open(&key, Sender::Server, SESSION_ID, broken).is_err());
}

fn keeps_the_rules(opened: &Opened, text: &[u8]) {
    let padding = text.len() - 32 - opened.body.len();
    assert!((12..=1024).contains(&padding) && opened.body.len().is_multiple_of(4));
    assert!(opened.header.msg_id % 2 != 0 && opened.header.session_id == SESSION_ID);
    assert_eq!(opened.body, text[32..32 + opened.body.len()]);
}

/// Envelopes that the key sealed.
fn real() -> Vec<Vec<u8>> {
    let bodies = [&[][..], &[7; 4], &[8; 20], &[9; 64]];
    bodies.map(|body| seal_text(&key(), text(1, SESSION_ID, 0x6553_f100_0000_0001, 1, body))).into()
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let sealed = real().into_iter().map(|frame| [&[0], &frame[..]].concat());
    let bodies = [&[][..], &[7; 4], &[8; 20], &[9; 64]];
    let open = bodies.map(|body| [&[1], &text(1, SESSION_ID, 0x6553_f100_0000_0001, 1, body)[..]].concat());
    sealed.chain(open).collect()
}
