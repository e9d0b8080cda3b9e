//! A server of key exchanges, and a client of it that can get anything wrong.

use std::cell::RefCell;
use std::sync::Mutex;

use mtproto::crypto::dh::KNOWN_PRIME;
use mtproto::crypto::ige::{self, KeyIv};
use mtproto::crypto::{AuthKey, kdf, sha1, sha256};
use num_bigint::BigUint;
use tl_codec::{Encode, Int128, Int256, Reader};

use crate::clock::UnixTime;
use crate::entropy::Entropy;
use crate::fault::{FaultRule, Script};
use crate::handshake::{DcIdentity, HandshakeError, Handshakes, Host, NewKey, RunId};
use crate::key::RsaKey;
use crate::key::tests::vector_key;

pub(super) const NOW: u64 = 1_700_000_000;

/// A server and what a client of it holds on to.
pub(super) struct World {
    pub(super) handshakes: Mutex<Handshakes>,
    pub(super) rsa: RsaKey,
    pub(super) faults: Script,
    pub(super) kept: RefCell<Vec<NewKey>>,
    pub(super) full: bool,
    pub(super) entropy: RefCell<Entropy>,
}

/// What a client may get wrong in its second query.
#[derive(Clone)]
pub(super) struct Step2 {
    pub(super) id: RunId,
    pub(super) p: Vec<u8>,
    pub(super) q: Vec<u8>,
    pub(super) fingerprint: i64,
    pub(super) inner: Inner,
    pub(super) padding: Padding,
}

#[derive(Clone)]
pub(super) struct Inner {
    pub(super) id: RunId,
    pub(super) pq: Vec<u8>,
    pub(super) p: Vec<u8>,
    pub(super) q: Vec<u8>,
    pub(super) new_nonce: Int256,
    pub(super) dc: Option<i32>,
    pub(super) expires_in: Option<i32>,
}

#[derive(Clone, Copy)]
pub(super) enum Padding {
    RsaPad,
    Legacy,
    /// `RSA_PAD` with a wrong hash.
    BrokenRsaPad,
    /// The old padding with a wrong hash.
    BrokenLegacy,
}

impl World {
    pub(super) fn new(faults: Vec<FaultRule>) -> Self {
        Self {
            handshakes: Mutex::default(),
            rsa: vector_key(),
            faults: Script::new(faults),
            kept: RefCell::default(),
            full: false,
            entropy: RefCell::new(Entropy::from_seed(8)),
        }
    }

    pub(super) fn ask_at(&self, secs: u64, query: &[u8]) -> Result<Vec<u8>, HandshakeError> {
        let keep = |key| {
            if !self.full {
                self.kept.borrow_mut().push(key);
            }
            !self.full
        };
        let host = Host {
            rsa: &self.rsa,
            dc: DcIdentity { id: 2, test_mode: false },
            faults: &self.faults,
            now: UnixTime::from_secs(secs),
            keep: &keep,
        };
        Handshakes::answer(&self.handshakes, query, &host, &mut self.entropy.borrow_mut())
    }

    pub(super) fn ask(&self, query: &[u8]) -> Result<Vec<u8>, HandshakeError> {
        self.ask_at(NOW, query)
    }

    /// The first step, and a right second one to start from.
    pub(super) fn begin(&self) -> Step2 {
        let nonce = self.entropy.borrow_mut().array();
        let answer = self.ask(&req_pq(nonce)).unwrap();
        let mut reader = Reader::new(&answer);
        reader.expect_id(0x0516_2463).unwrap();
        assert_eq!(reader.array::<16>().unwrap(), nonce);
        let id = RunId { nonce, server_nonce: reader.array().unwrap() };
        let pq = reader.bytes().unwrap();
        let factors = mtproto::crypto::factor::factorise(u64::from_be_bytes(pq.try_into().unwrap())).unwrap();
        let minimal = |number: u64| BigUint::from(number).to_bytes_be();
        let (p, q) = (minimal(factors.p), minimal(factors.q));
        let new_nonce = self.entropy.borrow_mut().array();
        let inner =
            Inner { id, pq: pq.into(), p: p.clone(), q: q.clone(), new_nonce, dc: Some(2), expires_in: None };
        Step2 { id, p, q, fingerprint: self.rsa.fingerprint(), inner, padding: Padding::RsaPad }
    }

    pub(super) fn second(&self, step: &Step2) -> Result<Vec<u8>, HandshakeError> {
        self.ask(&self.second_query(step))
    }

    pub(super) fn second_query(&self, step: &Step2) -> Vec<u8> {
        let mut out = 0xd712_e4be_u32.to_bytes();
        step.id.nonce.encode(&mut out);
        step.id.server_nonce.encode(&mut out);
        step.p.encode(&mut out);
        step.q.encode(&mut out);
        step.fingerprint.encode(&mut out);
        self.wrap(&step.inner.to_bytes(), step.padding).encode(&mut out);
        out
    }

    fn wrap(&self, inner: &[u8], padding: Padding) -> Vec<u8> {
        let mut entropy = self.entropy.borrow_mut();
        loop {
            let block = match padding {
                Padding::RsaPad | Padding::BrokenRsaPad => {
                    let broken = matches!(padding, Padding::BrokenRsaPad);
                    rsa_pad(inner, broken, &mut entropy)
                }
                Padding::Legacy | Padding::BrokenLegacy => {
                    let mut hash = sha1(&[inner]);
                    hash[0] ^= u8::from(matches!(padding, Padding::BrokenLegacy));
                    let random = entropy.bytes(235 - inner.len());
                    [&[0], hash.as_slice(), inner, &random].concat()
                }
            };
            let (n, e) = self.rsa.public_numbers();
            let number = BigUint::from_bytes_be(&block);
            if number < *n {
                return crate::key::big_endian(&number.modpow(e, n)).to_vec();
            }
        }
    }

    /// Third step with any `g_b`; gives the answer and the key that the client computed.
    pub(super) fn third(&self, step: &Step2, answer: &[u8], retry_id: i64, g_b: Option<&BigUint>) -> Third {
        let keys = kdf::handshake(&step.inner.new_nonce, &step.id.server_nonce);
        let mut opened = answer[40..].to_vec();
        ige::decrypt(&keys, &mut opened).unwrap();
        let mut reader = Reader::new(&opened[20..]);
        reader.expect_id(0xb589_0dba).unwrap();
        assert_eq!(reader.array(), Ok(step.id.nonce));
        assert_eq!(reader.array(), Ok(step.id.server_nonce));
        assert_eq!(reader.int(), Ok(3));
        assert_eq!(reader.bytes(), Ok(KNOWN_PRIME.as_slice()));
        let g_a = BigUint::from_bytes_be(reader.bytes().unwrap());
        assert_eq!(reader.int(), Ok(i32::try_from(NOW).unwrap()));
        let inner_len = reader.offset();
        assert_eq!(sha1(&[&opened[20..20 + inner_len]]), opened[..20]);
        assert!(opened.len() - 20 - inner_len < 16);

        let prime = BigUint::from_bytes_be(&KNOWN_PRIME);
        let b = self.entropy.borrow_mut().number(256);
        let own = BigUint::from(3_u32).modpow(&b, &prime);
        let auth_key = AuthKey::new(&mut crate::key::big_endian(&g_a.modpow(&b, &prime)));
        let mut inner = 0x6643_b654_u32.to_bytes();
        step.id.nonce.encode(&mut inner);
        step.id.server_nonce.encode(&mut inner);
        retry_id.encode(&mut inner);
        g_b.unwrap_or(&own).to_bytes_be().encode(&mut inner);
        Third { step: step.clone(), inner, auth_key, extra_padding: 0, spoil_hash: false }
    }
}

pub(super) struct Third {
    pub(super) step: Step2,
    pub(super) inner: Vec<u8>,
    pub(super) auth_key: AuthKey,
    pub(super) extra_padding: usize,
    pub(super) spoil_hash: bool,
}

impl Third {
    pub(super) fn query(&self) -> Vec<u8> {
        let mut hash = sha1(&[&self.inner]);
        hash[3] ^= u8::from(self.spoil_hash);
        let mut sealed = [hash.as_slice(), &self.inner].concat();
        sealed.resize(sealed.len().next_multiple_of(16) + self.extra_padding, 0);
        ige::encrypt(&kdf::handshake(&self.step.inner.new_nonce, &self.step.id.server_nonce), &mut sealed)
            .unwrap();
        let mut out = 0xf504_5f1f_u32.to_bytes();
        self.step.id.nonce.encode(&mut out);
        self.step.id.server_nonce.encode(&mut out);
        sealed.encode(&mut out);
        out
    }

    pub(super) fn assert_hash(&self, answer: &[u8], constructor: u32, number: u8) {
        let mut reader = Reader::new(answer);
        reader.expect_id(constructor).unwrap();
        assert_eq!(reader.array(), Ok(self.step.id.nonce));
        assert_eq!(reader.array(), Ok(self.step.id.server_nonce));
        let hash = sha1(&[&self.step.inner.new_nonce, &[number], &self.auth_key.aux_hash()]);
        assert_eq!(reader.array::<16>().unwrap().to_vec(), hash[4..]);
    }
}

impl Inner {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let id = match (self.dc, self.expires_in) {
            (None, None) => 0x83c9_5aec_u32,
            (Some(_), None) => 0xa9f5_5f95,
            (None, Some(_)) => 0x3c6a_84d4,
            (Some(_), Some(_)) => 0x56fd_df88,
        };
        let mut out = id.to_bytes();
        self.pq.encode(&mut out);
        self.p.encode(&mut out);
        self.q.encode(&mut out);
        self.id.nonce.encode(&mut out);
        self.id.server_nonce.encode(&mut out);
        self.new_nonce.encode(&mut out);
        for number in [self.dc, self.expires_in].into_iter().flatten() {
            number.encode(&mut out);
        }
        out
    }
}

pub(super) fn rsa_pad(inner: &[u8], broken: bool, entropy: &mut Entropy) -> Vec<u8> {
    let mut padded = inner.to_vec();
    padded.extend_from_slice(&entropy.bytes(192 - inner.len()));
    let mut temp_key = entropy.array::<32>();
    let hash = sha256(&[&temp_key, &padded]);
    padded.reverse();
    padded.extend_from_slice(&hash);
    padded[0] ^= u8::from(broken);
    ige::encrypt(&KeyIv { key: temp_key, iv: [0; 32] }, &mut padded).unwrap();
    temp_key.iter_mut().zip(sha256(&[&padded])).for_each(|(a, b)| *a ^= b);
    [temp_key.as_slice(), &padded].concat()
}

pub(super) fn req_pq(nonce: Int128) -> Vec<u8> {
    let mut out = 0xbe7e_8ef1_u32.to_bytes();
    nonce.encode(&mut out);
    out
}
