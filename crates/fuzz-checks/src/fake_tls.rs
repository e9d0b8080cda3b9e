//! What a proxy, or somebody who pretends to be one, sends to a client that looks like TLS.

use bytes::BytesMut;
use mtproto::frame::fake_tls::{RecordReader, read_server_hello, write_records};

use crate::input::Input;
use crate::seeds::{field, vector_file};

/// A connection that was recorded: the secret, the client's random bytes, the proxy's answer.
struct Recorded {
    key: [u8; 16],
    random: [u8; 32],
    answer: Vec<u8>,
}

fn recorded() -> Recorded {
    let vectors = &vector_file("transports")["fake_tls"];
    Recorded {
        key: field(vectors, "secret16").try_into().expect("16 bytes"),
        random: field(vectors, "client_random").try_into().expect("32 bytes"),
        answer: field(vectors, "server_response_wire"),
    }
}

pub(crate) fn check(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    if input.byte().is_multiple_of(2) {
        check_hello(input.rest());
    } else {
        let step = 1 + input.below(64);
        check_records(input.rest(), step);
    }
}

/// Only what begins with the recorded answer is believed.
fn check_hello(bytes: &[u8]) {
    let Recorded { key, random, answer } = recorded();
    match read_server_hello(&key, &random, bytes) {
        Ok(Some(len)) => assert_eq!(bytes.get(..len), Some(answer.as_slice()), "a forged answer"),
        Ok(None) | Err(_) => assert!(!bytes.starts_with(&answer), "the proxy's answer is not believed"),
    }
}

fn check_records(bytes: &[u8], step: usize) {
    let read = |step: usize| {
        let (mut reader, mut out) = (RecordReader::default(), BytesMut::new());
        let mut end = Ok(());
        for piece in bytes.chunks(step) {
            reader.buffer_mut().extend_from_slice(piece);
            end = end.and_then(|()| reader.unwrap_into(&mut out));
        }
        (out, end)
    };
    let whole = read(bytes.len().max(1));
    assert_eq!(read(1), whole);
    assert_eq!(read(step), whole);
    // and the other way: what is written is read back
    let mut wire = Vec::new();
    write_records(bytes, false, &mut wire);
    let (mut reader, mut out) = (RecordReader::new(wire.as_slice().into()), BytesMut::new());
    assert_eq!(reader.unwrap_into(&mut out), Ok(()));
    assert_eq!(out, bytes);
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let answer = recorded().answer;
    let mut records = vec![1, 9];
    write_records(&[5; 4000], false, &mut records);
    vec![[&[0], &answer[..]].concat(), [&[0], &answer[..90]].concat(), records]
}
