//! Answers of the key exchange, put into one that was recorded.

use std::collections::VecDeque;
use std::sync::LazyLock;
use std::time::Duration;

use mtproto::Random;
use mtproto::crypto::{RsaPublicKey, ige, kdf, sha1};
use mtproto::handshake::{DhGen, Established, HandshakeError, KeyUse, Parameters, plain, start};
use mtproto::schema::types::{ServerDhParamsOk, ServerDhParamsOkRef};
use serde_json::Value;
use tl_codec::{Decode, Encode};

use crate::input::Input;
use crate::seeds::{field, vector_file};

static RUN: LazyLock<Value> = LazyLock::new(|| vector_file("handshake")["recorded"].clone());

const ANSWERS: [&str; 3] = ["step1_response", "step2_response", "step3_response"];

/// The recorded randomness, and zeros where an answer led elsewhere.
struct Recorded(VecDeque<u8>);

impl Random for Recorded {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill_with(|| self.0.pop_front().unwrap_or_default());
    }
}

pub(crate) fn check(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let step = input.below(5);
    let piece = input.rest();
    match step {
        3 => {
            let _ = plain::unwrap(piece);
        }
        // somebody who knows the nonces: any inner data, rightly hashed and encrypted
        4 => {
            let _ = run(1, &encrypted(piece));
        }
        step => {
            let established = run(step, piece);
            let is_real = piece.starts_with(&field(&RUN, ANSWERS[step]));
            // what the first answer says is the server's free choice, and it may be followed by anything
            assert!(established.is_err() || is_real || step == 0, "step {step}");
            if step > 0 && piece == field(&RUN, ANSWERS[step]) {
                let key = established.expect("the recorded exchange").auth_key;
                assert_eq!(key.as_bytes().as_slice(), field(&RUN, "expected_auth_key"));
            }
        }
    }
}

/// The recorded exchange with one answer replaced.
fn run(step: usize, answer: &[u8]) -> Result<Established, HandshakeError> {
    let tail = field(&RUN, "step3_random");
    let pieces = [
        field(&RUN, "step1_random"),
        field(&RUN, "new_nonce"),
        field(&RUN, "rsa_pad_random_padding"),
        field(&RUN, "rsa_pad_temp_key"),
        tail,
    ];
    let mut random = Recorded(pieces.concat().into());
    let mut answers = ANSWERS.map(|name| field(&RUN, name));
    answers[step] = answer.to_vec();
    let key_use = KeyUse::PermanentWithoutDc;
    let rsa_keys = vec![RsaPublicKey::telegram_test()];
    let (state, _) = start(Parameters { dc_id: 0, rsa_keys, key_use }, &mut random);
    let (state, _) = state.handle(&answers[0], &mut random)?;
    let now = Duration::from_secs(1_693_436_700);
    let (state, _) = state.handle(&answers[1], now, &mut random)?;
    match state.handle(&answers[2], &mut random)? {
        DhGen::Done(done) => Ok(done),
        DhGen::Retry(..) => panic!("the recorded exchange has no retry"),
    }
}

/// `server_DH_params_ok` around any inner data.
fn encrypted(inner: &[u8]) -> Vec<u8> {
    let recorded = field(&RUN, ANSWERS[1]);
    // the answer is followed by bytes that its length counts
    let mut reader = tl_codec::Reader::new(&recorded);
    let params = ServerDhParamsOkRef::decode(&mut reader).expect("the recorded answer");
    let new_nonce = field(&RUN, "new_nonce").try_into().expect("32 bytes");
    let mut text = [&sha1(&[inner])[..], inner].concat();
    text.resize(text.len().next_multiple_of(16), 0);
    let keys = kdf::handshake(&new_nonce, &params.server_nonce);
    ige::encrypt(&keys, &mut text).expect("whole blocks");
    let (nonce, server_nonce) = (params.nonce, params.server_nonce);
    ServerDhParamsOk { nonce, server_nonce, encrypted_answer: text }.to_bytes()
}

/// The inner data that was recorded.
fn inner() -> Vec<u8> {
    let recorded = field(&RUN, ANSWERS[1]);
    let mut reader = tl_codec::Reader::new(&recorded);
    let params = ServerDhParamsOkRef::decode(&mut reader).expect("the recorded answer");
    let new_nonce = field(&RUN, "new_nonce").try_into().expect("32 bytes");
    let mut text = params.encrypted_answer.to_vec();
    ige::decrypt(&kdf::handshake(&new_nonce, &params.server_nonce), &mut text).expect("whole blocks");
    let mut reader = tl_codec::Reader::new(&text[20..]);
    mtproto::schema::types::ServerDhInnerDataRef::decode(&mut reader).expect("the recorded inner data");
    text[20..20 + reader.offset()].to_vec()
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let answers = ANSWERS.iter().zip(0_u8..).map(|(name, step)| [&[step], &field(&RUN, name)[..]].concat());
    let sample = plain::wrap(0x65c5_3d50_0006_72d5, &field(&RUN, ANSWERS[0]));
    answers.chain([[&[3], &sample[..]].concat(), [&[4], &inner()[..]].concat()]).collect()
}
