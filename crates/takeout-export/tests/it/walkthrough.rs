//! One contact through every hop, with every form that it takes on the way. Read this first.
//!
//! ```text
//! socket bytes ─► Frame ─► Envelope ─► Message ─► TL object ─► Contact ─► RecordBatch ─► file
//!   mtproto::io   frame/   envelope/   session/   tl-codec     contacts   columns        sink/
//! ```
//!
//! The contact is Ada, whom the phone book knows by her number. Her record arrives as the answer to `contacts.getSaved`;
//! the answers that say that she has an account, and when she was last seen, have arrived before.

use std::time::Duration;

use arrow_array::cast::AsArray;
use bytes::{Bytes, BytesMut};
use contacts::{AddressBook, Confidence, Replies, Source};
use mtproto::Now;
use mtproto::crypto::{AuthKey, kdf::Sender};
use mtproto::envelope::{self, Header};
use mtproto::frame::{Decoded, Decoder, Encoder, Frame, FrameKind};
use mtproto::session::{Config, Event, Resume, Session};
use takeout_export::columns::{Columns, Frame as RunFrame, Options};
use takeout_export::sink::csv::Flavour;
use takeout_export::sink::{CsvSink, Sink};
use takeout_export::staging::{CSV, Staging};
use tl_api::{functions, types};
use tl_codec::{Constructor, Encode, Reply};

use crate::replies;

const NOW: Now = Now { monotonic: Duration::ZERO, unix: Duration::from_secs(1_719_748_800) };

#[test]
fn a_contact_from_the_socket_to_the_file() {
    // The stage: a session with a key, and a request that is under way. Keys and numbers that are drawn at random
    // outside of tests are all sevens here.
    let key = AuthKey::new(&mut [9; AuthKey::BYTES]);
    let mut random = |bytes: &mut [u8]| bytes.fill(7);
    let mut session = Session::new(Config::default(), Resume::new(key.clone(), 0), &mut random);
    session.handle_connected(NOW);
    let question = Bytes::from(functions::contacts::GetSaved {}.to_bytes());
    let call = session.request(question).unwrap();
    let sent = session.poll_transmit(NOW, &mut random).unwrap();
    let socket_bytes = server_answers(&key, session.session_id(), &sent);

    // Socket bytes: they come in pieces of any size. Here the last one is missing at first.
    let mut decoder = Decoder::new(FrameKind::Intermediate);
    let (first, last) = socket_bytes.split_at(socket_bytes.len() - 1);
    decoder.feed(first);
    assert_eq!(decoder.decode().unwrap(), Decoded::Incomplete { bytes_needed: 1 });
    decoder.feed(last);

    // Frame: four bytes of length are gone; what is left is one message, encrypted. It begins with the key's name.
    let Decoded::Frame(Frame::Message(frame)) = decoder.decode().unwrap() else { panic!("a message") };
    assert_eq!(frame.len(), socket_bytes.len() - 4);
    assert_eq!(frame[..8], key.id().to_le_bytes());
    assert!(!contains(&frame, b"Ada"), "nobody on the way can read it");

    // Envelope: opened in place, with all checks. Now there is a header, and a body that says what it answers:
    // rpc_result#f35c6d01 req_msg_id:long result:Object
    let opened = envelope::open(&key, Sender::Server, session.session_id(), frame.clone()).unwrap();
    assert_eq!(opened.header.msg_id % 4, 1, "the id of an answer");
    assert_eq!(opened.body[..4], 0xf35c_6d01_u32.to_le_bytes());
    assert!(contains(&opened.body, b"Ada"));

    // Message: the session opens the envelope (as above), knows the request by its id, and hands out the bare answer.
    session.handle_frame(NOW, frame).unwrap();
    let answer = std::iter::from_fn(|| session.poll_event()).find_map(|event| match event {
        Event::Answer { call: answered, result } => Some((answered, result.unwrap())),
        _ => None,
    });
    let (answered, bytes) = answer.unwrap();
    assert_eq!(answered, call);

    // TL object: the bytes get their type back. Nothing is copied: the name points into the answer.
    let saved: Reply<Vec<types::SavedPhoneContact>> = Reply::new(bytes);
    let records = saved.read().unwrap();
    let ada = records.iter().next().unwrap();
    assert_eq!((ada.phone.to_str(), ada.first_name.to_str()), (Ok("491701234567"), Ok("Ada")));
    assert!(saved.body().as_ptr_range().contains(&ada.first_name.as_bytes().as_ptr()));

    // Contact: with the other answers the record becomes a person. The numbers are equal, so both are one row.
    let account = replies::user(42, Some("491701234567"), "Ada L.");
    let book = AddressBook::join(Replies { saved, ..replies::of(&[], &[account]) }).unwrap();
    assert_eq!(book.reconcile().unwrap().rows, 1);
    let contact = book.rows().next().unwrap().unwrap();
    assert_eq!((contact.source(), contact.confidence), (Source::Both, Confidence::Exact));
    assert_eq!(contact.key.to_string(), "u:42");

    // RecordBatch: one row in Arrow's columns.
    let run = RunFrame { account_id: 1, exported_at_micros: 0, status_observed_at_micros: 0, layer: 230 };
    let mut columns = Columns::new(Options::default(), run);
    columns.append(&[contact]);
    let batch = columns.finish().unwrap();
    let text = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>().value(0).to_owned();
    assert_eq!([text("saved_first_name"), text("first_name")], ["Ada", "Ada L."]);
    assert_eq!([text("phone_e164"), text("phone_region")], ["+491701234567", "DE"]);

    // File: written in a staging folder, and hashed on the way. (`publish` would move it into its place.)
    let folder = tempfile::tempdir().unwrap();
    let staging = Staging::begin(&folder.path().join("out"), false).unwrap();
    let mut sink =
        Box::new(CsvSink::new(staging.create(CSV).unwrap(), &batch.schema(), Flavour::Plain).unwrap());
    sink.write(&batch).unwrap();
    let written = sink.finish().unwrap();
    let csv = std::fs::read_to_string(staging.path_of(CSV)).unwrap();
    assert_eq!(usize::try_from(written.size_bytes), Ok(csv.len()));
    let line = csv.lines().nth(1).unwrap();
    assert!(
        line.contains(",491701234567,+491701234567,DE,both,") && line.contains(",Ada,Lovelace,"),
        "{line}"
    );
}

/// The other end: opens what the client has sent, and answers with one saved record.
fn server_answers(key: &AuthKey, session_id: i64, sent: &[u8]) -> Vec<u8> {
    let question = envelope::open(key, Sender::Client, session_id, BytesMut::from(sent)).unwrap();
    let ada = types::SavedPhoneContact {
        phone: "491701234567".into(),
        first_name: "Ada".into(),
        last_name: "Lovelace".into(),
        date: 1_700_000_000,
    };
    let mut body = 0xf35c_6d01_u32.to_le_bytes().to_vec();
    body.extend(msg_id_of_get_saved(&question.body));
    vec![ada].encode(&mut body);
    let header = Header {
        server_salt: question.header.server_salt,
        session_id,
        // the time of the server in the upper half; 1 modulo 4 is an answer
        msg_id: i64::try_from(NOW.unix.as_secs()).unwrap() << 32 | 1,
        seq_no: 1,
    };
    let mut random = |bytes: &mut [u8]| bytes.fill(7);
    let sealed = envelope::seal(key, Sender::Server, &header, &body, &mut random).unwrap();
    let mut socket_bytes = Vec::new();
    let mut encoder = Encoder::without_tag(FrameKind::Intermediate);
    encoder.encode(&sealed.bytes, false, &mut random, &mut socket_bytes).unwrap();
    socket_bytes
}

/// The client sends its request in a container beside a ping; there 16 bytes (`msg_id`, `seq_no`, length) stand before
/// each message.
fn msg_id_of_get_saved(container: &[u8]) -> [u8; 8] {
    let id = functions::contacts::GetSaved::ID.to_le_bytes();
    let at = container.windows(4).position(|word| word == id).unwrap();
    container[at - 16..at - 8].try_into().unwrap()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
