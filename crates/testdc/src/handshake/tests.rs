//! The exchange with a client that can break every rule.

use std::cell::RefCell;
use std::time::Duration;

use mtproto::crypto::dh::KNOWN_PRIME;
use mtproto::crypto::ige::{self, KeyIv};
use mtproto::crypto::{kdf, sha1, sha256};
use num_bigint::BigUint;
use tl_codec::{Encode, Reader};

use super::*;
use crate::fault::{Fault, FaultRule};
use crate::key::tests::vector_key;

const NOW: u64 = 1_700_000_000;

/// A server and what a client of it holds on to.
struct World {
    handshakes: Mutex<Handshakes>,
    rsa: RsaKey,
    faults: Script,
    kept: RefCell<Vec<NewKey>>,
    full: bool,
    entropy: RefCell<Entropy>,
}

/// What a client may get wrong in its second query.
#[derive(Clone)]
struct Step2 {
    id: RunId,
    p: Vec<u8>,
    q: Vec<u8>,
    fingerprint: i64,
    inner: Inner,
    padding: Padding,
}

#[derive(Clone)]
struct Inner {
    id: RunId,
    pq: Vec<u8>,
    p: Vec<u8>,
    q: Vec<u8>,
    new_nonce: Int256,
    dc: Option<i32>,
    expires_in: Option<i32>,
}

#[derive(Clone, Copy)]
enum Padding {
    RsaPad,
    Legacy,
    /// `RSA_PAD` with a wrong hash.
    BrokenRsaPad,
    /// The old padding with a wrong hash.
    BrokenLegacy,
}

impl World {
    fn new(faults: Vec<FaultRule>) -> Self {
        Self {
            handshakes: Mutex::default(),
            rsa: vector_key(),
            faults: Script::new(faults),
            kept: RefCell::default(),
            full: false,
            entropy: RefCell::new(Entropy::from_seed(8)),
        }
    }

    fn ask_at(&self, secs: u64, query: &[u8]) -> Result<Vec<u8>, HandshakeError> {
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

    fn ask(&self, query: &[u8]) -> Result<Vec<u8>, HandshakeError> {
        self.ask_at(NOW, query)
    }

    /// The first step, and a right second one to start from.
    fn begin(&self) -> Step2 {
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

    fn second(&self, step: &Step2) -> Result<Vec<u8>, HandshakeError> {
        self.ask(&self.second_query(step))
    }

    fn second_query(&self, step: &Step2) -> Vec<u8> {
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
    fn third(&self, step: &Step2, answer: &[u8], retry_id: i64, g_b: Option<&BigUint>) -> Third {
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

struct Third {
    step: Step2,
    inner: Vec<u8>,
    auth_key: AuthKey,
    extra_padding: usize,
    spoil_hash: bool,
}

impl Third {
    fn query(&self) -> Vec<u8> {
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

    fn assert_hash(&self, answer: &[u8], constructor: u32, number: u8) {
        let mut reader = Reader::new(answer);
        reader.expect_id(constructor).unwrap();
        assert_eq!(reader.array(), Ok(self.step.id.nonce));
        assert_eq!(reader.array(), Ok(self.step.id.server_nonce));
        let hash = sha1(&[&self.step.inner.new_nonce, &[number], &self.auth_key.aux_hash()]);
        assert_eq!(reader.array::<16>().unwrap().to_vec(), hash[4..]);
    }
}

impl Inner {
    fn to_bytes(&self) -> Vec<u8> {
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

fn rsa_pad(inner: &[u8], broken: bool, entropy: &mut Entropy) -> Vec<u8> {
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

fn req_pq(nonce: Int128) -> Vec<u8> {
    let mut out = 0xbe7e_8ef1_u32.to_bytes();
    nonce.encode(&mut out);
    out
}

#[test]
fn both_sides_end_with_the_same_key_in_every_form() {
    let world = World::new(Vec::new());
    let forms = [
        (Padding::RsaPad, Some(2), None),
        (Padding::RsaPad, Some(-2), None),
        (Padding::RsaPad, Some(2), Some(86_400)),
        (Padding::Legacy, None, None),
        (Padding::Legacy, None, Some(60)),
    ];
    for (padding, dc, expires_in) in forms {
        let mut step = world.begin();
        (step.padding, step.inner.dc, step.inner.expires_in) = (padding, dc, expires_in);
        let answer = world.second(&step).unwrap();
        let third = world.third(&step, &answer, 0, None);
        third.assert_hash(&world.ask(&third.query()).unwrap(), 0x3bcb_f734, 1);
        let kept = world.kept.borrow_mut().pop().unwrap();
        assert_eq!(kept.key, third.auth_key);
        let expected = expires_in.map_or(Lifetime::Permanent, |secs: i32| {
            Lifetime::Until(UnixTime::from_secs(NOW).after(Duration::from_secs(secs.unsigned_abs().into())))
        });
        assert_eq!(kept.lifetime, expected);
        let xor = step.inner.new_nonce.iter().zip(step.id.server_nonce).map(|(a, b)| a ^ b);
        assert_eq!(kept.first_salt.to_le_bytes().to_vec(), xor.take(8).collect::<Vec<_>>());
    }
}

#[test]
fn a_repeated_query_gets_the_same_answer() {
    let world = World::new(Vec::new());
    let step = world.begin();
    let first = req_pq(step.id.nonce);
    assert_eq!(world.ask(&first), world.ask(&first));
    let second = world.second_query(&step);
    let answer = world.ask(&second).unwrap();
    assert_eq!(world.ask(&second).as_ref(), Ok(&answer));
    let third = world.third(&step, &answer, 0, None).query();
    let end = world.ask(&third).unwrap();
    assert_eq!((world.ask(&third), world.ask(&second)), (Ok(end), Ok(answer)));
    assert_eq!(world.kept.borrow().len(), 1, "the key is kept once");
}

/// Something that a client gets wrong in the second step, and what the server makes of it.
type Mistake = (&'static str, fn(&mut Step2), HandshakeError);

#[test]
fn every_fault_of_the_second_step_is_refused() {
    let mistakes: [Mistake; 16] = [
        ("p and q exchanged", |s| std::mem::swap(&mut s.p, &mut s.q), HandshakeError::Factors),
        ("a trivial factor", |s| s.p = vec![1], HandshakeError::Factors),
        ("another p inside", |s| s.inner.p = vec![1], HandshakeError::Factors),
        ("another q inside", |s| s.inner.q.push(0), HandshakeError::Factors),
        ("another pq inside", |s| s.inner.pq.push(0), HandshakeError::InnerMismatch),
        ("unknown key", |s| s.fingerprint ^= 1, HandshakeError::Fingerprint),
        ("broken RSA_PAD", |s| s.padding = Padding::BrokenRsaPad, HandshakeError::InnerSealed),
        ("broken old padding", |s| s.padding = Padding::BrokenLegacy, HandshakeError::InnerSealed),
        ("another nonce inside", |s| s.inner.id.nonce[0] ^= 1, HandshakeError::InnerMismatch),
        ("another server nonce inside", |s| s.inner.id.server_nonce[0] ^= 1, HandshakeError::InnerMismatch),
        ("another DC", |s| s.inner.dc = Some(3), HandshakeError::WrongDc { got: 3 }),
        ("a test DC", |s| s.inner.dc = Some(10_002), HandshakeError::WrongDc { got: 10_002 }),
        ("no lifetime", |s| s.inner.expires_in = Some(0), HandshakeError::Lifetime { expires_in: 0 }),
        ("negative lifetime", |s| s.inner.expires_in = Some(-1), HandshakeError::Lifetime { expires_in: -1 }),
        ("an unknown client nonce", |s| s.id.nonce[0] ^= 1, HandshakeError::UnknownRun),
        ("an unknown server nonce", |s| s.id.server_nonce[0] ^= 1, HandshakeError::UnknownRun),
    ];
    let world = World::new(Vec::new());
    for (name, spoil, expected) in mistakes {
        let right = world.begin();
        let mut wrong = right.clone();
        spoil(&mut wrong);
        assert_eq!(world.second(&wrong), Err(expected), "{name}");
        let code = if matches!(expected, HandshakeError::WrongDc { .. }) { -444 } else { -404 };
        assert_eq!(expected.transport_code(), code);
        if expected != HandshakeError::UnknownRun {
            assert_eq!(world.second(&right), Err(HandshakeError::OutOfTurn), "{name}: the run is over");
        }
    }
}

#[test]
fn every_fault_of_the_third_step_is_refused() {
    let prime = BigUint::from_bytes_be(&KNOWN_PRIME);
    let margin = BigUint::from(1_u32) << 1984_u32;
    let bad_publics = [
        BigUint::ZERO,
        BigUint::from(1_u32),
        &margin - 1_u32,
        &prime - &margin + 1_u32,
        &prime - 1_u32,
        prime.clone(),
        &prime + 5_u32,
    ];
    let world = World::new(Vec::new());
    let fresh = || {
        let step = world.begin();
        let answer = world.second(&step).unwrap();
        (step, answer)
    };
    for g_b in &bad_publics {
        let (step, answer) = fresh();
        let third = world.third(&step, &answer, 0, Some(g_b));
        assert_eq!(world.ask(&third.query()), Err(HandshakeError::PublicRange), "{g_b}");
        let right = world.third(&step, &answer, 0, None);
        assert_eq!(world.ask(&right.query()), Err(HandshakeError::OutOfTurn));
    }
    let spoiled = |spoil: fn(&mut Third)| {
        let (step, answer) = fresh();
        let mut third = world.third(&step, &answer, 0, None);
        spoil(&mut third);
        world.ask(&third.query())
    };
    assert_eq!(spoiled(|third| third.spoil_hash = true), Err(HandshakeError::InnerSealed));
    assert_eq!(spoiled(|third| third.extra_padding = 16), Err(HandshakeError::InnerSealed));
    assert_eq!(spoiled(|third| third.inner[0] ^= 1), Err(HandshakeError::InnerSealed));
    assert_eq!(spoiled(|third| third.inner[5] ^= 1), Err(HandshakeError::InnerMismatch));
    assert_eq!(spoiled(|third| third.inner[21] ^= 1), Err(HandshakeError::InnerMismatch));
    assert_eq!(spoiled(|third| third.inner[36] = 5), Err(HandshakeError::RetryId));
    assert_eq!(world.kept.borrow().len(), 0);

    let step = world.begin();
    let mut early = step.clone();
    early.inner.new_nonce = [0; 32];
    let third = Third {
        step,
        inner: vec![0; 20],
        auth_key: AuthKey::new(&mut [0; 256]),
        extra_padding: 0,
        spoil_hash: false,
    };
    assert_eq!(world.ask(&third.query()), Err(HandshakeError::OutOfTurn), "the second step was left out");
}

#[test]
fn a_taken_id_asks_for_another_key() {
    let mut world = World::new(Vec::new());
    world.full = true;
    let step = world.begin();
    let answer = world.second(&step).unwrap();
    let third = world.third(&step, &answer, 0, None);
    third.assert_hash(&world.ask(&third.query()).unwrap(), 0x46dc_1fb9, 2);
    world.full = false;
    let wrong_retry = world.third(&step, &answer, 77, None);
    let right_retry = world.third(&step, &answer, i64::from_le_bytes(third.auth_key.aux_hash()), None);
    right_retry.assert_hash(&world.ask(&right_retry.query()).unwrap(), 0x3bcb_f734, 1);
    assert_eq!(world.ask(&wrong_retry.query()), Err(HandshakeError::OutOfTurn), "the exchange is over");
}

#[test]
fn scripted_endings() {
    let world = World::new(vec![Fault::DhGenRetry.into(), Fault::DhGenFail.into()]);
    let step = world.begin();
    let answer = world.second(&step).unwrap();
    let third = world.third(&step, &answer, 0, None);
    third.assert_hash(&world.ask(&third.query()).unwrap(), 0x46dc_1fb9, 2);
    let again = world.third(&step, &answer, i64::from_le_bytes(third.auth_key.aux_hash()), None);
    again.assert_hash(&world.ask(&again.query()).unwrap(), 0xa69d_ae02, 3);
    assert!(world.kept.borrow().is_empty());

    let world = World::new(vec![Fault::UnknownFingerprint.into(), Fault::WrongNonce.into()]);
    let answer = world.ask(&req_pq([9; 16])).unwrap();
    assert_ne!(answer[4..20], [9; 16]);
    assert_ne!(answer[answer.len() - 8..], world.rsa.fingerprint().to_le_bytes());
    let other = world.ask(&req_pq([8; 16])).unwrap();
    assert_eq!(other[4..20], [8; 16]);
    assert_eq!(other[other.len() - 8..], world.rsa.fingerprint().to_le_bytes());
}

#[test]
fn an_exchange_is_forgotten_after_ten_minutes_or_when_too_many_begin() {
    let world = World::new(Vec::new());
    let step = world.begin();
    assert_eq!(world.ask_at(NOW + 601, &world.second_query(&step)), Err(HandshakeError::UnknownRun));

    let step = world.begin();
    let small = Handshakes {
        by_age: vec![(UnixTime::from_secs(NOW), step.id); MAX_HANDSHAKES].into(),
        ..take(&world)
    };
    *world.handshakes.lock().unwrap() = small;
    assert_eq!(world.second(&step), Err(HandshakeError::UnknownRun));
}

fn take(world: &World) -> Handshakes {
    std::mem::take(&mut world.handshakes.lock().unwrap())
}

/// A published message, and what it must be read as.
type Published = (&'static str, fn(&Query<'_>) -> bool);

#[test]
fn the_published_queries_are_understood() {
    let sample = crate::vectors::official_sample();
    let published: [Published; 3] = [
        ("req_pq_multi", |q| matches!(q, Query::Pq { .. })),
        ("req_DH_params_packet", |q| matches!(q, Query::DhParams(q) if q.encrypted.len() == 256)),
        ("set_client_DH_params_packet", |q| matches!(q, Query::ClientDh(q) if q.encrypted.len() == 336)),
    ];
    for (packet, is_expected) in published {
        let packet = sample.hex(packet);
        let message = PlainMessage::read(&packet).unwrap();
        assert!(is_expected(&Query::read(message.body).unwrap()));
        for cut in 0..packet.len() {
            assert!(PlainMessage::read(&packet[..cut]).is_err(), "cut at {cut}");
        }
        for cut in 0..message.body.len() {
            assert!(Query::read(&message.body[..cut]).is_err(), "cut at {cut}");
        }
    }
    let text = sample.hex("pq_inner");
    let inner = inner::PqInner::read(&text).unwrap().unwrap();
    assert_eq!((inner.dc, inner.expires_in, inner.len), (Some(2), None, text.len()));
    assert_eq!(BigUint::from_bytes_be(inner.pq).to_string(), sample.text("pq"));
    assert_eq!(BigUint::from_bytes_be(inner.p).to_string(), sample.text("p"));
}

#[test]
fn answers_carry_random_bytes_behind_the_object() {
    let mut entropy = Entropy::from_seed(5);
    let lengths = (0..50).map(|_| answer_plain(5, &[1, 2, 3, 4], &mut entropy).len()).collect::<Vec<_>>();
    assert!(lengths.iter().any(|len| *len > 24) && lengths.iter().all(|len| len.is_multiple_of(4)));
    let answer = answer_plain(5, &[1, 2, 3, 4], &mut entropy);
    assert_eq!(
        usize::try_from(u32::from_le_bytes(answer[16..20].try_into().unwrap())).unwrap(),
        answer.len() - 20
    );
}
