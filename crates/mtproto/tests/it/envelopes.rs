//! Envelopes: published bytes, every rule of the receiver, corruption.

use bytes::BytesMut;
use mtproto::crypto::AuthKey;
use mtproto::crypto::ige;
use mtproto::crypto::kdf::{self, Sender};
use mtproto::envelope::{Header, OpenError, SealError, open, seal, seal_bind_message, seal_with_padding};
use mtproto::limits::MAX_SENT_FRAME_BYTES;
use mtproto::schema::types;
use proptest::prelude::*;
use serde_json::Value;
use tl_codec::Encode as _;

use crate::recorded::{Recorded, Seeded};
use crate::vector_file::{self, array, bytes, list, number};

fn auth_key() -> AuthKey {
    AuthKey::new(&mut array(&vector_file::open("handshake")["official_sample"], "auth_key"))
}

const HEADER: Header =
    Header { server_salt: 5, session_id: 77, msg_id: (1_700_000_000 << 32) + 1, seq_no: 3 };

fn header_of(vector: &Value) -> Header {
    Header {
        server_salt: number(vector, "salt"),
        session_id: number(vector, "session_id"),
        msg_id: number(vector, "msg_id"),
        seq_no: i32::try_from(vector["seq_no"].as_i64().unwrap()).unwrap(),
    }
}

#[test]
fn published_messages_in_both_directions() {
    let file = vector_file::open("envelope");
    for vector in list(&file, "messages") {
        let sender = if vector["x"] == 0 { Sender::Client } else { Sender::Server };
        let header = header_of(vector);
        let body = bytes(vector, "body");
        let sealed =
            seal_with_padding(&auth_key(), sender, &header, &body, &bytes(vector, "padding")).unwrap();
        assert_eq!(sealed.bytes, bytes(vector, "frame"));
        assert_eq!(sealed.quick_ack_token.to_le_bytes(), array(vector, "quick_ack_token_hex_le_bytes"));
        let opened = open(&auth_key(), sender, header.session_id, sealed.bytes.as_slice().into()).unwrap();
        assert_eq!((opened.header, opened.body.as_ref()), (header, body.as_slice()));
    }
}

#[test]
fn the_published_binding_of_a_temporary_key() {
    let vector = &vector_file::open("envelope")["bind_temp_auth_key"];
    let inner = types::BindAuthKeyInner {
        nonce: number(vector, "nonce"),
        temp_auth_key_id: number(vector, "temp_auth_key_id"),
        perm_auth_key_id: number(vector, "perm_auth_key_id"),
        temp_session_id: number(vector, "temp_session_id"),
        expires_at: i32::try_from(vector["expires_at"].as_i64().unwrap()).unwrap(),
    };
    assert_eq!(inner.to_bytes(), bytes(vector, "inner"));
    assert_eq!(inner.perm_auth_key_id, auth_key().id());
    let mut random = Recorded::new([&bytes(vector, "random_int128")[..], &bytes(vector, "pad8")]);
    let sealed = seal_bind_message(&auth_key(), number(vector, "msg_id"), &inner, &mut random);
    assert_eq!(sealed, bytes(vector, "encrypted_message_104"));
    random.assert_used_up();
    // and the call that carries it: auth.bindTempAuthKey#cdd42a05
    let call = bytes(vector, "call_body");
    assert!(call.windows(sealed.len()).any(|window| window == sealed));
}

// check: 3.2-4-direction -> OpenError::MsgKey
#[test]
fn a_message_cannot_be_sent_back_to_its_author() {
    let sealed = seal(&auth_key(), Sender::Client, &HEADER, &[0; 16], &mut Seeded::new(1)).unwrap();
    let error = open(&auth_key(), Sender::Server, 77, sealed.bytes.as_slice().into()).unwrap_err();
    assert_eq!(error, OpenError::MsgKey);
}

/// A server's envelope whose plaintext is written by hand: head, stated length, then `behind`.
fn forged(header: &Header, stated_len: i32, behind: &[u8]) -> BytesMut {
    let mut text = Vec::new();
    text.extend_from_slice(&header.server_salt.to_le_bytes());
    text.extend_from_slice(&header.session_id.to_le_bytes());
    text.extend_from_slice(&header.msg_id.to_le_bytes());
    text.extend_from_slice(&header.seq_no.to_le_bytes());
    text.extend_from_slice(&stated_len.to_le_bytes());
    text.extend_from_slice(behind);
    let key = auth_key();
    let msg_key = kdf::msg_key(&kdf::msg_key_large(&key, Sender::Server, &text));
    ige::encrypt(&kdf::v2(&key, Sender::Server, &msg_key), &mut text).unwrap();
    let mut frame = BytesMut::from(key.id().to_le_bytes().as_slice());
    frame.extend_from_slice(&msg_key);
    frame.extend_from_slice(&text);
    frame
}

fn open_forged(frame: BytesMut) -> Result<usize, OpenError> {
    open(&auth_key(), Sender::Server, 77, frame).map(|opened| opened.body.len())
}

// check: 3.2-1-size -> OpenError::TooShort
// check: 3.2-1-blocks -> OpenError::NotWholeBlocks
#[test]
fn sizes_from_outside() {
    let good = forged(&HEADER, 4, &[0; 16]);
    assert_eq!(good.len(), 72);
    assert_eq!(open_forged(good.clone()), Ok(4));
    assert_eq!(open_forged(good[..71].into()), Err(OpenError::TooShort { len_bytes: 71 }));
    assert_eq!(open_forged(good[..24].into()), Err(OpenError::TooShort { len_bytes: 24 }));
    assert_eq!(open_forged(BytesMut::new()), Err(OpenError::TooShort { len_bytes: 0 }));
    let longer = [&good[..], &[0; 4]].concat();
    assert_eq!(open_forged(longer.as_slice().into()), Err(OpenError::NotWholeBlocks { len_bytes: 52 }));
}

// check: 3.2-2-key-id -> OpenError::AuthKeyId
// check: 3.2-5-session -> OpenError::SessionId
#[test]
fn another_key_another_session() {
    let mut other_key = forged(&HEADER, 4, &[0; 16]);
    other_key[0] ^= 1;
    assert_eq!(open_forged(other_key), Err(OpenError::AuthKeyId));
    let other = forged(&Header { session_id: 78, ..HEADER }, 4, &[0; 16]);
    assert_eq!(open_forged(other), Err(OpenError::SessionId { got: 78 }));
}

// check: 3.2-6-length -> OpenError::BodyLength
// check: 3.2-6-fits -> OpenError::PaddingLength
// check: 3.2-6-padding -> OpenError::PaddingLength
#[test]
fn the_length_of_the_body_and_of_the_padding() {
    let with = |stated: i32, behind: usize| open_forged(forged(&HEADER, stated, &vec![0; behind]));
    assert_eq!(with(-4, 32), Err(OpenError::BodyLength { got: -4 }));
    assert_eq!(with(i32::MIN, 32), Err(OpenError::BodyLength { got: i32::MIN }));
    for odd in [1, 2, 3, 5, 18] {
        assert_eq!(with(odd, 32), Err(OpenError::BodyLength { got: odd }));
    }
    assert_eq!(with(20, 32), Ok(20));
    assert_eq!(with(24, 32), Err(OpenError::PaddingLength { got: 8 }));
    assert_eq!(with(32, 32), Err(OpenError::PaddingLength { got: 0 }));
    assert_eq!(with(36, 32), Err(OpenError::PaddingLength { got: -4 }));
    assert_eq!(with(i32::MAX - 3, 32), Err(OpenError::PaddingLength { got: 32 - i64::from(i32::MAX - 3) }));
    assert_eq!(with(0, 1024), Ok(0));
    assert_eq!(with(0, 1040), Err(OpenError::PaddingLength { got: 1040 }));
    assert_eq!(with(16, 1040), Ok(16));
}

// check: 3.2-7-parity -> OpenError::MsgIdParity
#[test]
fn servers_use_odd_message_ids() {
    for (low, good) in [(0, false), (1, true), (2, false), (3, true)] {
        let msg_id = (1_700_000_000 << 32) + low;
        let found = open_forged(forged(&Header { msg_id, ..HEADER }, 4, &[0; 16]));
        assert_eq!(found.is_ok(), good);
        if !good {
            assert_eq!(found, Err(OpenError::MsgIdParity { msg_id }));
        }
    }
}

// check: 3.2-4-msg-key -> OpenError::MsgKey
#[test]
fn every_changed_byte_and_every_prefix_is_refused() {
    let good = forged(&HEADER, 20, &[3; 32]);
    for place in 0..good.len() {
        for bit in [0x01, 0x80] {
            let mut bad = good.clone();
            bad[place] ^= bit;
            let expected = if place < 8 { OpenError::AuthKeyId } else { OpenError::MsgKey };
            assert_eq!(open_forged(bad), Err(expected), "{place}");
        }
    }
    for cut in 0..good.len() {
        let error = open_forged(good[..cut].into()).unwrap_err();
        let expected = match cut {
            0..72 => OpenError::TooShort { len_bytes: cut },
            _ if (cut - 24) % 16 != 0 => OpenError::NotWholeBlocks { len_bytes: cut - 24 },
            _ => OpenError::MsgKey,
        };
        assert_eq!(error, expected);
    }
}

#[test]
fn bodies_and_paddings_that_cannot_be_sealed_are_refused() {
    let with = |body: usize, padding: usize| {
        seal_with_padding(&auth_key(), Sender::Client, &HEADER, &vec![0; body], &vec![0; padding]).map(|_| ())
    };
    assert_eq!(with(5, 12), Err(SealError::NotWholeWords { len_bytes: 5 }));
    assert_eq!(with(8, 8), Err(SealError::Padding { len_bytes: 8 }));
    assert_eq!(with(0, 12), Err(SealError::Padding { len_bytes: 12 }));
    assert_eq!(with(0, 16), Ok(()));
    assert_eq!(with(0, 1024), Ok(()));
    assert_eq!(with(0, 1040), Err(SealError::Padding { len_bytes: 1040 }));
    let len_bytes = MAX_SENT_FRAME_BYTES - 24;
    assert_eq!(with(len_bytes, 16), Err(SealError::TooLong { len_bytes }));
}

#[test]
fn debug_output_has_no_body() {
    let sealed = seal(&auth_key(), Sender::Server, &HEADER, b"secret!!", &mut Seeded::new(1)).unwrap();
    let text = format!("{sealed:?}");
    assert!(text.starts_with("Sealed(") && text.len() < 20, "{text}");
    let opened = open(&auth_key(), Sender::Server, 77, sealed.bytes.as_slice().into()).unwrap();
    assert!(format!("{opened:?}").ends_with("body_bytes: 8 }"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_sealed_opens(words in 0_usize..600, seed in any::<u64>(), from_client in any::<bool>()) {
        let mut random = Seeded::new(seed);
        let sender = if from_client { Sender::Client } else { Sender::Server };
        let msg_id = (i64::from(seed.to_be_bytes()[0]) << 32) + if from_client { 4 } else { 1 };
        let header = Header { msg_id, ..HEADER };
        let body = vec![seed.to_be_bytes()[1]; words * 4];
        let sealed = seal(&auth_key(), sender, &header, &body, &mut random).unwrap();
        prop_assert!((72..=24 + 32 + body.len() + 1024).contains(&sealed.bytes.len()));
        let opened = open(&auth_key(), sender, 77, sealed.bytes.as_slice().into()).unwrap();
        prop_assert_eq!((opened.header, opened.body.as_ref()), (header, body.as_slice()));
    }
}
