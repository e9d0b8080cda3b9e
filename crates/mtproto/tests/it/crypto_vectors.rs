//! Every published value of the cryptographic constructions.

use mtproto::crypto::factor::{Factors, factorise};
use mtproto::crypto::ige::{self, KeyIv};
use mtproto::crypto::kdf::{self, Sender};
use mtproto::crypto::{AuthKey, RsaPublicKey, mod_pow, rsa_pad, sha256};

use crate::recorded::Recorded;
use crate::vector_file::{array, bytes, list, number, open, text};

#[test]
fn ige_in_both_directions() {
    let file = open("ige");
    let vectors = list(&file, "aes_ige").iter().filter(|vector| text(vector, "key").len() == 64);
    let mut count = 0;
    for vector in vectors {
        let keys = KeyIv { key: array(vector, "key"), iv: array(vector, "iv") };
        let mut buffer = bytes(vector, "plain");
        ige::encrypt(&keys, &mut buffer).unwrap();
        assert_eq!(buffer, bytes(vector, "cipher"), "{}", text(vector, "note"));
        ige::decrypt(&keys, &mut buffer).unwrap();
        assert_eq!(buffer, bytes(vector, "plain"));
        count += 1;
    }
    assert_eq!(count, 3);
}

#[test]
fn keys_of_encrypted_messages() {
    let file = open("envelope");
    let auth_key = official_auth_key();
    for vector in list(&file, "messages") {
        let sender = if vector["x"] == 0 { Sender::Client } else { Sender::Server };
        let large = kdf::msg_key_large(&auth_key, sender, &bytes(vector, "plaintext"));
        assert_eq!(large, array(vector, "msg_key_large"));
        let msg_key = kdf::msg_key(&large);
        assert_eq!(msg_key, array(vector, "msg_key"));
        let keys = kdf::v2(&auth_key, sender, &msg_key);
        assert_eq!((keys.key, keys.iv), (array(vector, "aes_key"), array(vector, "aes_iv")));
        assert_eq!(kdf::quick_ack_token(&large).to_le_bytes(), array(vector, "quick_ack_token_hex_le_bytes"));
    }
}

#[test]
fn keys_of_version_one() {
    let vector = &open("envelope")["bind_temp_auth_key"];
    let msg_key = kdf::v1_msg_key(&bytes(vector, "plaintext_72"));
    assert_eq!(msg_key, array(vector, "msg_key"));
    let keys = kdf::v1(&official_auth_key(), Sender::Client, &msg_key);
    assert_eq!((keys.key, keys.iv), (array(vector, "aes_key"), array(vector, "aes_iv")));
}

#[test]
fn the_two_directions_of_version_one_differ() {
    let [client, server] =
        [Sender::Client, Sender::Server].map(|from| kdf::v1(&official_auth_key(), from, &[7; 16]));
    assert_ne!(client.key, server.key);
    assert_ne!(client.iv, server.iv);
}

#[test]
fn auth_keys_and_their_hashes() {
    let file = open("handshake");
    let sample = &file["official_sample"];
    let key = official_auth_key();
    assert_eq!(key.id(), number::<i64>(sample, "auth_key_id_i64"));
    assert_eq!(key.aux_hash(), array(sample, "auth_key_aux_hash"));
    let recorded = AuthKey::new(&mut array(&file["recorded"], "expected_auth_key"));
    assert_eq!(recorded.id().to_le_bytes(), array(&file["recorded"], "auth_key_id_bytes"));
}

#[test]
fn keys_of_the_handshake() {
    let sample = &open("handshake")["official_sample"];
    let keys = kdf::handshake(&array(sample, "new_nonce"), &array(sample, "server_nonce"));
    assert_eq!((keys.key, keys.iv), (array(sample, "tmp_key"), array(sample, "tmp_iv")));
}

#[test]
fn fingerprints_of_every_published_key() {
    let file = open("rsa");
    let keys = list(&file, "public_keys");
    assert_eq!(keys.len(), 10);
    for key in keys {
        let read = RsaPublicKey::new(&bytes(key, "n"), &[1, 0, 1]).unwrap();
        assert_eq!(read.fingerprint(), number::<i64>(key, "fingerprint_i64"));
    }
    let built_in = [RsaPublicKey::telegram_test(), RsaPublicKey::telegram_production()];
    for (key, built_in) in keys[8..].iter().zip(built_in) {
        assert_eq!(bytes(key, "n"), built_in.modulus());
        assert_eq!(built_in.exponent(), [1, 0, 1]);
    }
}

#[test]
fn rsa_pad_with_a_temporary_key_that_must_be_drawn_again() {
    let file = open("rsa");
    let vector = &list(&file, "rsa_pad")[0];
    let mut random = Recorded::new([
        &bytes(vector, "padding"),
        &bytes(vector, "first_temp_key"),
        &bytes(vector, "temp_key_used"),
    ]);
    let key = RsaPublicKey::telegram_test();
    let encrypted = rsa_pad::encrypt(&key, &bytes(vector, "data"), &mut random).unwrap();
    assert_eq!(encrypted.as_slice(), bytes(vector, "encrypted"));
    random.assert_used_up();
}

#[test]
fn rsa_pad_and_back_with_the_private_key() {
    let file = open("rsa");
    let vector = &file["rsa_pad_with_private_key"];
    let key = RsaPublicKey::new(&bytes(vector, "n"), &[1, 0, 1]).unwrap();
    assert_eq!(key.fingerprint().to_le_bytes(), array(vector, "fingerprint_bytes"));
    let mut random = Recorded::new([
        &bytes(vector, "padding"),
        &bytes(&file["rsa_pad_retry_case"], "temp_key_that_must_be_rejected"),
        &bytes(vector, "temp_key"),
    ]);
    let message = bytes(vector, "data");
    let encrypted = rsa_pad::encrypt(&key, &message, &mut random).unwrap();
    random.assert_used_up();
    assert_eq!(encrypted.as_slice(), bytes(vector, "encrypted"));

    let block = mod_pow(&encrypted, &bytes(vector, "d"), &bytes(vector, "n")).unwrap();
    assert_eq!(block.as_slice(), bytes(vector, "key_aes_encrypted"));
    let (masked, body) = block.split_at(32);
    let mask = sha256(&[body]);
    let temp_key: [u8; 32] = std::array::from_fn(|at| masked[at] ^ mask[at]);
    let mut body = body.to_vec();
    ige::decrypt(&KeyIv { key: temp_key, iv: [0; 32] }, &mut body).unwrap();
    let (with_padding, hash) = body.split_at_mut(192);
    with_padding.reverse();
    assert_eq!(with_padding[..message.len()], message);
    assert_eq!(hash, sha256(&[&temp_key, with_padding]));
}

#[test]
fn a_source_that_repeats_itself_ends_the_search_for_a_temporary_key() {
    let file = open("rsa");
    let vector = &file["rsa_pad_with_private_key"];
    let key = RsaPublicKey::new(&bytes(vector, "n"), &[1, 0, 1]).unwrap();
    let refused = bytes(&file["rsa_pad_retry_case"], "temp_key_that_must_be_rejected");
    let padding = bytes(vector, "padding");
    let mut random = |out: &mut [u8]| out.copy_from_slice(if out.len() == 32 { &refused } else { &padding });
    let error = rsa_pad::encrypt(&key, &bytes(vector, "data"), &mut random).unwrap_err();
    assert_eq!(error, rsa_pad::RsaPadError::NoFittingKey);
}

#[test]
fn published_factorisations() {
    let file = open("numbers");
    for vector in list(&file, "pq_factor") {
        let found = factorise(number(vector, "pq")).unwrap();
        assert_eq!(found, Factors { p: number(vector, "p"), q: number(vector, "q") });
    }
}

fn official_auth_key() -> AuthKey {
    AuthKey::new(&mut array(&open("handshake")["official_sample"], "auth_key"))
}
