//! The proxy's answer to the hello.

use subtle::ConstantTimeEq as _;

use crate::frame::fake_tls::{CHANGE_CIPHER_SPEC, FakeTlsError, RANDOM, RECORD_HEAD_BYTES, digest};
use crate::limits::{MAX_TLS_HELLO_BYTES, MAX_TLS_HELLO_RECORDS, MAX_TLS_RECORD_BYTES};

/// Reads the proxy's answer and checks, in constant time, that it knows the secret. `None` while it has not arrived whole;
/// otherwise how many bytes of `input` it takes.
///
/// `client_random` are the random bytes of [`ClientHello`](super::ClientHello), as they were sent.
///
/// # Errors
/// [`FakeTlsError`].
pub fn read_server_hello(
    key: &[u8; 16],
    client_random: &[u8; 32],
    input: &[u8],
) -> Result<Option<usize>, FakeTlsError> {
    let Some(len_bytes) = hello_len(input)? else { return Ok(None) };
    let mut zeroed = input.get(..len_bytes).unwrap_or_default().to_vec();
    let Some(random) = zeroed.get_mut(RANDOM) else { return Err(FakeTlsError::NoRecord) };
    let stated = random.to_vec();
    random.fill(0);
    let expected = digest(key, &[client_random, &zeroed]);
    if bool::from(expected.as_slice().ct_eq(&stated)) {
        Ok(Some(len_bytes))
    } else {
        Err(FakeTlsError::WrongDigest)
    }
}

/// Handshake records, a change of cipher, and one record of application data.
fn hello_len(input: &[u8]) -> Result<Option<usize>, FakeTlsError> {
    let mut start = 0;
    let mut handshake_records = 0;
    let mut is_cipher_changed = false;
    loop {
        let rest = input.get(start..).unwrap_or_default();
        let Some(&[kind, major, minor, high, low]) = rest.first_chunk::<RECORD_HEAD_BYTES>() else {
            return if starts_like_a_record(rest) { Ok(None) } else { Err(FakeTlsError::NoRecord) };
        };
        let len_bytes = usize::from(u16::from_be_bytes([high, low]));
        let is_expected = match kind {
            0x16 => !is_cipher_changed && handshake_records < MAX_TLS_HELLO_RECORDS,
            0x14 => handshake_records > 0 && !is_cipher_changed && rest.starts_with(&CHANGE_CIPHER_SPEC[..5]),
            0x17 => is_cipher_changed,
            _ => false,
        };
        if [major, minor] != [3, 3] || !is_expected {
            return Err(FakeTlsError::NoRecord);
        }
        if len_bytes > MAX_TLS_RECORD_BYTES {
            return Err(FakeTlsError::TooLong { len_bytes, limit_bytes: MAX_TLS_RECORD_BYTES });
        }
        start += RECORD_HEAD_BYTES + len_bytes;
        if start > MAX_TLS_HELLO_BYTES {
            return Err(FakeTlsError::TooLong { len_bytes: start, limit_bytes: MAX_TLS_HELLO_BYTES });
        }
        if input.len() < start {
            return Ok(None);
        }
        match kind {
            0x16 => handshake_records += 1,
            0x14 => is_cipher_changed = true,
            _ => return Ok(Some(start)),
        }
    }
}

/// Whether fewer bytes than a record's head may become one: other protocols are not waited for.
fn starts_like_a_record(bytes: &[u8]) -> bool {
    match bytes {
        [] => true,
        [kind, version @ ..] => (0x14..=0x17).contains(kind) && version.iter().take(2).all(|byte| *byte == 3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::fake_tls::client_hello::tests::{hex_field, vector};

    fn published() -> (Vec<u8>, [u8; 16], [u8; 32]) {
        let vector = vector();
        let key = hex_field(&vector, "secret16").try_into().unwrap();
        (
            hex_field(&vector, "server_response_wire"),
            key,
            hex_field(&vector, "client_random").try_into().unwrap(),
        )
    }

    #[test]
    fn the_published_answer_is_believed_whole() {
        let (wire, key, random) = published();
        for len in 0..wire.len() {
            assert_eq!(read_server_hello(&key, &random, &wire[..len]), Ok(None), "{len} bytes");
        }
        let longer = [wire.as_slice(), &[0x17, 3, 3, 0, 1, 9]].concat();
        assert_eq!(read_server_hello(&key, &random, &longer), Ok(Some(wire.len())));
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let (wire, key, random) = published();
        for at in 0..wire.len() {
            let mut broken = wire.clone();
            broken[at] ^= 0x01;
            assert!(!matches!(read_server_hello(&key, &random, &broken), Ok(Some(_))), "byte {at}");
        }
        let (mut other_key, mut other_random) = (key, random);
        other_key[15] ^= 1;
        other_random[31] ^= 1;
        assert_eq!(read_server_hello(&other_key, &random, &wire), Err(FakeTlsError::WrongDigest));
        assert_eq!(read_server_hello(&key, &other_random, &wire), Err(FakeTlsError::WrongDigest));
    }

    #[test]
    fn several_handshake_records_and_too_many() {
        let (_, key, random) = published();
        let answer = |records: usize| {
            let mut wire = [0x16, 3, 3, 0, 40].to_vec();
            wire.extend_from_slice(&[0; 40]);
            for _ in 1..records {
                wire.extend_from_slice(&[0x16, 3, 3, 0, 1, 5]);
            }
            wire.extend_from_slice(&[0x14, 3, 3, 0, 1, 1, 0x17, 3, 3, 0, 2, 8, 8]);
            let sum = digest(&key, &[&random, &wire]);
            wire[RANDOM].copy_from_slice(&sum);
            wire
        };
        for records in [1, 2, MAX_TLS_HELLO_RECORDS] {
            let wire = answer(records);
            assert_eq!(read_server_hello(&key, &random, &wire), Ok(Some(wire.len())));
        }
        let wire = answer(MAX_TLS_HELLO_RECORDS + 1);
        assert_eq!(read_server_hello(&key, &random, &wire), Err(FakeTlsError::NoRecord));
    }

    #[test]
    fn other_protocols_and_lengths_are_refused_at_once() {
        let read = |bytes: &[u8]| read_server_hello(&[1; 16], &[2; 32], bytes);
        for wrong in [
            b"HTTP/".as_slice(),
            b"H",
            &[0x15, 3, 3, 0, 2],
            &[0x16, 3, 1, 0, 2],
            &[0x17, 3, 3, 0, 2],
            &[0x14],
        ] {
            assert!(matches!(read(wrong), Err(FakeTlsError::NoRecord)) || wrong == [0x14], "{wrong:?}");
        }
        let error = FakeTlsError::TooLong { len_bytes: 0x4101, limit_bytes: MAX_TLS_RECORD_BYTES };
        assert_eq!(read(&[0x16, 3, 3, 0x41, 0x01]), Err(error));
        let record = [[0x16, 3, 3, 0x40, 0].as_slice(), &[0; 0x4000]].concat();
        assert!(matches!(read(&record.repeat(5)), Err(FakeTlsError::TooLong { .. })));
    }
}
