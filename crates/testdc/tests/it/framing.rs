//! The four framings over a real socket.

use tl_api::functions::help;
use tl_codec::Encode;

use testdc::{Carrier, FramingName};

use crate::client::{Client, Ended, Framing, ReadWhole};
use crate::harness::TestServer;

#[test]
fn a_key_and_a_call_over_every_framing() {
    let server = TestServer::plain();
    for framing in Framing::ALL {
        let mut client = Client::connect(server.address(), framing);
        client.exchange_key(&server.pem(), 2).unwrap();
        client.introduce();
        let answer = client.expect(&help::GetNearestDc);
        assert_eq!(tl_api::types::NearestDc::read_whole(&answer).this_dc, 2, "{framing:?}");
    }
    let names = [
        FramingName::Abridged,
        FramingName::Intermediate,
        FramingName::PaddedIntermediate,
        FramingName::Full,
    ];
    assert_eq!(server.spoken(), names.map(|name| (Carrier::Tcp, Some(name), false)));
}

#[test]
fn bytes_may_come_one_by_one() {
    let server = TestServer::plain();
    for framing in Framing::ALL {
        let mut client = Client::connect(server.address(), framing);
        client.exchange_key(&server.pem(), 2).unwrap();
        let (msg_id, seq_no) = (client.next_msg_id(), client.next_seq_no(false));
        let sealed = client.seal(msg_id, seq_no, &[0x7abe_77ec_u32.to_bytes(), 5_i64.to_bytes()].concat());
        let mut wire = Vec::new();
        let mut same_framing = framing;
        if let Framing::Full { sent, .. } = &mut same_framing {
            *sent = 3;
        }
        same_framing.encode(&sealed, false, &mut wire);
        for byte in wire {
            client.write(&[byte]);
        }
        while client.receive().unwrap().id() != 0x3477_73c5 {}
    }
}

#[test]
fn quick_acks_come_in_the_form_of_the_framing() {
    let server = TestServer::plain();
    for framing in [Framing::Abridged, Framing::Intermediate, Framing::Padded] {
        let mut client = Client::connect(server.address(), framing);
        client.exchange_key(&server.pem(), 2).unwrap();
        let msg_id = client.next_msg_id();
        let sealed = client.seal(msg_id, 0, &[0x7abe_77ec_u32.to_bytes(), 5_i64.to_bytes()].concat());
        client.send_frame_with_quick_ack(&sealed);
        match framing {
            Framing::Abridged => assert!(client.read_exactly(4)[0] >= 0x80),
            Framing::Intermediate => assert!(client.read_exactly(4)[3] >= 0x80),
            _ => {
                let head = client.read_exactly(12);
                assert!((8..=23).contains(&head[0]), "a frame of a token and padding");
                assert_eq!(head[4..8], [0xff; 4]);
                assert!(head[11] >= 0x80);
            }
        }
    }
}

#[test]
fn what_is_no_frame_closes_the_connection() {
    let server = TestServer::plain();
    let closed = |framing: Framing, bytes: &[u8]| {
        let mut client = Client::connect(server.address(), framing);
        client.write(bytes);
        client.read_frame()
    };
    let is_closed = |ended| matches!(ended, Err(Ended::Closed { .. }));
    let full = Framing::Full { sent: 0, received: 0 };
    assert!(is_closed(closed(full, b"GET / HTTP/1.1\r\n\r\n")));
    assert!(is_closed(closed(Framing::Intermediate, &[0xff, 0xff, 0xff, 0x7f])));
    assert!(is_closed(closed(Framing::Intermediate, &[3, 0, 0, 0, 1, 2, 3])));
    assert!(is_closed(closed(Framing::Abridged, &[0x7f, 0xff, 0xff, 0xff])));
    assert!(is_closed(closed(
        full,
        &[24, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 9, 9, 9, 9]
    )));
    assert_eq!(closed(Framing::Intermediate, &[4, 0, 0, 0, 1, 2, 3, 4]), Err(Ended::Error(-404)));
}
