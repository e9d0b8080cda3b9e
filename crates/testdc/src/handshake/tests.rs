//! The exchange with a client that can break every rule.

mod world;

use std::time::Duration;

use mtproto::crypto::dh::KNOWN_PRIME;
use num_bigint::BigUint;

use super::*;
use crate::fault::Fault;
use world::{NOW, Padding, Step2, Third, World, req_pq};

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

#[test]
fn bytes_behind_a_query_are_padding() {
    let world = World::new(Vec::new());
    let step = world.begin();
    let padded = |query: &[u8], byte: u8| [query, &[byte; 28]].concat();
    let same = |query: &[u8]| {
        let answer = world.ask(&padded(query, 1)).unwrap();
        assert_eq!(world.ask(&padded(query, 2)).as_ref(), Ok(&answer), "a repetition with other bytes");
        assert_eq!(world.ask(query).as_ref(), Ok(&answer));
        answer
    };
    same(&req_pq(step.id.nonce));
    let answer = same(&world.second_query(&step));
    same(&world.third(&step, &answer, 0, None).query());
    assert_eq!(world.kept.borrow().len(), 1);
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
fn so_many_answers_are_kept_for_clients_that_ask_again() {
    let mut world = World::new(Vec::new());
    world.full = true;
    let step = world.begin();
    let (first, second) = (req_pq(step.id.nonce), world.second_query(&step));
    let (begun, answer) = (world.ask(&first), world.ask(&second).unwrap());
    let mut retry_id = 0;
    for tries in 1..=7 {
        assert_eq!(world.ask(&second).as_ref(), Ok(&answer), "{tries}");
        let third = world.third(&step, &answer, retry_id, None);
        third.assert_hash(&world.ask(&third.query()).unwrap(), 0x46dc_1fb9, 2);
        retry_id = i64::from_le_bytes(third.auth_key.aux_hash());
    }
    assert_eq!(world.ask(&first), begun, "the first one of the eight stays");
    assert!(world.ask(&second).is_err(), "the second one has made room");
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
    for (field, is_expected) in published {
        let text = sample.hex(field);
        let message = PlainMessage::read(&text).unwrap();
        assert!(is_expected(&Query::read(message.body).unwrap().0));
        for cut in 0..text.len() {
            assert!(PlainMessage::read(&text[..cut]).is_err(), "cut at {cut}");
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
