//! Frames: published bytes, any split of the stream, hostile lengths, corruption.

use mtproto::Random;
use mtproto::frame::{Decoded, Decoder, EncodeError, Encoder, Frame, FrameError, FrameKind, TransportError};
use mtproto::limits::{MAX_FRAME_BYTES, MAX_SENT_FRAME_BYTES};
use proptest::prelude::*;

use crate::recorded::{Recorded, Seeded};
use crate::vector_file::{bytes, list, open};

fn none(_: &mut [u8]) {}

/// One frame behind the tag (if `first`), with a quick ack wished for or not.
fn encode(
    kind: FrameKind,
    body: &[u8],
    wants_quick_ack: bool,
    first: bool,
    random: &mut dyn Random,
) -> Vec<u8> {
    let mut encoder = if first { Encoder::new(kind) } else { Encoder::without_tag(kind) };
    let mut wire = Vec::new();
    encoder.encode(body, wants_quick_ack, random, &mut wire).unwrap();
    wire
}

/// Everything that a stream holds, fed in pieces of the given sizes (repeated).
fn decode(kind: FrameKind, wire: &[u8], sizes: &[usize]) -> Result<Vec<Frame>, FrameError> {
    let mut decoder = Decoder::new(kind);
    let mut frames = Vec::new();
    let mut rest = wire;
    for size in sizes.iter().cycle() {
        let (piece, behind) = rest.split_at((*size).clamp(1, rest.len().max(1)).min(rest.len()));
        decoder.feed(piece);
        rest = behind;
        while let Decoded::Frame(frame) = decoder.decode()? {
            frames.push(frame);
        }
        if rest.is_empty() {
            break;
        }
    }
    Ok(frames)
}

fn message(body: &[u8]) -> Frame {
    Frame::Message(body.into())
}

#[test]
fn published_frames() {
    let file = open("transports");
    let abridged = list(&file, "abridged");
    let body = bytes(&abridged[0], "body");
    let first = bytes(&abridged[0], "first_frame");
    assert_eq!(encode(FrameKind::Abridged, &body, false, true, &mut none), first);
    let quick = bytes(&abridged[0], "quick_ack_frame");
    assert_eq!(encode(FrameKind::Abridged, &body, true, false, &mut none), quick);
    assert_eq!(decode(FrameKind::Abridged, &first[1..], &[1]), Ok(vec![message(&body)]));

    let intermediate = &file["intermediate"];
    let first = bytes(intermediate, "first_frame");
    assert_eq!(encode(FrameKind::Intermediate, &body, false, true, &mut none), first);
    let quick = encode(FrameKind::Intermediate, &body, true, false, &mut none);
    assert_eq!(quick[..4], bytes(intermediate, "quick_ack_len"));
    assert_eq!(decode(FrameKind::Intermediate, &first[4..], &[1]), Ok(vec![message(&body)]));

    let padded = &file["padded_intermediate"];
    let padding = bytes(padded, "padding");
    let amount = [u8::try_from(padding.len()).unwrap()];
    let mut random = Recorded::new([&[&amount[..], &padding, &[0; 10]].concat()]);
    let first = bytes(padded, "first_frame");
    assert_eq!(encode(FrameKind::PaddedIntermediate, &body, false, true, &mut random), first);

    let mut encoder = Encoder::new(FrameKind::Full);
    let frames: Vec<_> = list(&file, "full").iter().map(|vector| bytes(vector, "frame")).collect();
    assert_eq!(frames[0][8..48], body);
    for frame in &frames {
        let mut wire = Vec::new();
        encoder.encode(&frame[8..frame.len() - 4], false, &mut none, &mut wire).unwrap();
        assert_eq!(wire, *frame);
    }
    // the second body is too short for a message, so it reads as a transport error
    let error = TransportError { code: 0x0302_0100 };
    let expected = vec![message(&body), Frame::TransportError(error)];
    assert_eq!(decode(FrameKind::Full, &frames.concat(), &[1]), Ok(expected));
}

#[test]
fn the_heads_of_abridged_frames_at_their_boundary() {
    let file = open("transports");
    for (vector, len) in list(&file, "abridged")[1..].iter().zip([504, 508]) {
        let wire = encode(FrameKind::Abridged, &vec![0; len], false, false, &mut none);
        let head = bytes(vector, if len == 504 { "header_only" } else { "header" });
        assert_eq!(wire[..head.len()], head);
        assert_eq!(wire.len(), head.len() + len);
    }
    let wire = encode(FrameKind::Abridged, &[0; 508], true, false, &mut none);
    assert_eq!(wire[..4], bytes(&list(&file, "abridged")[2], "quick_ack_header"));
}

#[test]
fn what_is_shorter_than_sixteen_bytes_is_no_message() {
    for kind in FrameKind::ALL {
        let found = |len: usize| decode(kind, &encode(kind, &vec![1; len], false, false, &mut none), &[64]);
        let error = TransportError { code: 0x0101_0101 };
        assert_eq!(found(12), Ok(vec![Frame::TransportError(error)]), "{kind:?}");
        assert!(matches!(&found(16).unwrap()[..], [Frame::Message(body)] if body.len() == 16), "{kind:?}");
    }
}

#[test]
fn the_memory_of_a_large_frame_is_not_kept() {
    for (frame_len, is_kept) in [(64 << 10, true), ((64 << 10) + 4, false), (8 << 20, false)] {
        let mut decoder = Decoder::new(FrameKind::Intermediate);
        let body = vec![7; frame_len - 4];
        decoder.feed(&encode(FrameKind::Intermediate, &body, false, false, &mut none));
        decoder.feed(&[4, 0, 0]);
        assert_eq!(decoder.decode(), Ok(Decoded::Frame(message(&body))));
        // the next read of a driver
        decoder.buffer_mut().reserve(4096);
        let kept_bytes = decoder.buffer_mut().capacity();
        assert_eq!(kept_bytes >= frame_len, is_kept, "{kept_bytes} bytes after {frame_len}");
        assert_eq!(&decoder.buffer_mut()[..], [4, 0, 0], "what came behind the frame");
    }
}

#[test]
fn transport_errors_in_every_kind() {
    let vector = &open("transports")["transport_error_-404"];
    let expected = Ok(vec![Frame::TransportError(TransportError::UNKNOWN_KEY)]);
    assert_eq!(decode(FrameKind::Abridged, &bytes(vector, "abridged"), &[1]), expected);
    assert_eq!(decode(FrameKind::Intermediate, &bytes(vector, "intermediate"), &[1]), expected);
    assert_eq!(decode(FrameKind::Full, &bytes(vector, "full_seq0"), &[1]), expected);
    let padded = [&[7, 0, 0, 0], bytes(vector, "body").as_slice(), &[1, 2, 3]].concat();
    assert_eq!(decode(FrameKind::PaddedIntermediate, &padded, &[1]), expected);
}

#[test]
fn quick_acks_between_messages() {
    let token = 0x8899_aabb_u32;
    let body = [9; 40];
    for kind in [FrameKind::Abridged, FrameKind::Intermediate, FrameKind::PaddedIntermediate] {
        let around = encode(kind, &body, false, false, &mut Seeded::new(5));
        let ack = if kind == FrameKind::Abridged {
            token.to_be_bytes().to_vec()
        } else if kind == FrameKind::Intermediate {
            token.to_le_bytes().to_vec()
        } else {
            [&[10, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], &token.to_le_bytes()[..], &[1, 2]].concat()
        };
        let wire = [&around[..], &ack, &around].concat();
        let padded_body =
            |frame: &Frame| matches!(frame, Frame::Message(message) if message.starts_with(&body));
        for size in [1, 3, 1000] {
            let frames = decode(kind, &wire, &[size]).unwrap();
            assert_eq!(frames.len(), 3, "{kind:?}");
            assert!(padded_body(&frames[0]) && padded_body(&frames[2]));
            assert_eq!(frames[1], Frame::QuickAck(token), "{kind:?}");
        }
    }
}

#[test]
fn a_frame_that_only_says_that_the_connection_lives_is_passed_over() {
    let wire = [&[6, 0, 0, 0, 0, 0, 0, 0, 1, 2][..], &[4, 0, 0, 0, 0x6c, 0xfe, 0xff, 0xff]].concat();
    let expected = Ok(vec![Frame::TransportError(TransportError::UNKNOWN_KEY)]);
    assert_eq!(decode(FrameKind::PaddedIntermediate, &wire, &[1]), expected);
}

#[test]
fn padding_behind_a_body_is_dropped() {
    let plain = [&[0; 8][..], &[1; 8], &[8, 0, 0, 0], &[2; 8]].concat();
    let encrypted = [&[1; 24][..], &[2; 48]].concat();
    for body in [plain, encrypted] {
        for pad in 0..=15_usize {
            let len = u32::try_from(body.len() + pad).unwrap();
            let wire = [&len.to_le_bytes()[..], &body, &vec![0xee; pad]].concat();
            assert_eq!(decode(FrameKind::PaddedIntermediate, &wire, &[5]), Ok(vec![message(&body)]));
        }
    }
    // a plain length that claims more than the frame holds changes nothing
    let lying = [&[0; 16][..], &[0xff, 0xff, 0xff, 0xff], &[2; 8]].concat();
    let wire = [&[28, 0, 0, 0][..], &lying].concat();
    assert_eq!(decode(FrameKind::PaddedIntermediate, &wire, &[5]), Ok(vec![message(&lying)]));
}

#[test]
fn lengths_are_held_against_the_limit_before_the_body_arrives() {
    let head = |len: usize| u32::try_from(len).unwrap().to_le_bytes();
    let limit_bytes = MAX_FRAME_BYTES;
    for kind in [FrameKind::Intermediate, FrameKind::PaddedIntermediate] {
        let mut decoder = Decoder::new(kind);
        decoder.feed(&head(MAX_FRAME_BYTES));
        assert_eq!(decoder.decode(), Ok(Decoded::Incomplete { bytes_needed: MAX_FRAME_BYTES }));
        let too_long = decode(kind, &head(MAX_FRAME_BYTES + 4), &[4]);
        assert_eq!(too_long, Err(FrameError::TooLong { len_bytes: limit_bytes + 4, limit_bytes }));
        assert!(decoder.buffer_mut().capacity() < 1024, "nothing is reserved by a claimed length");
    }
    let words = head(MAX_FRAME_BYTES / 4 + 1);
    let too_long = decode(FrameKind::Abridged, &[0x7f, words[0], words[1], words[2]], &[4]);
    assert_eq!(too_long, Err(FrameError::TooLong { len_bytes: limit_bytes + 4, limit_bytes }));
    let too_long = decode(FrameKind::Full, &head(MAX_FRAME_BYTES + 16), &[4]);
    assert_eq!(too_long, Err(FrameError::TooLong { len_bytes: limit_bytes + 4, limit_bytes }));
}

#[test]
fn impossible_lengths_are_refused() {
    for (kind, wire, error) in [
        (FrameKind::Abridged, &[0][..], FrameError::TooShort { len_bytes: 0 }),
        (FrameKind::Intermediate, &[0, 0, 0, 0], FrameError::TooShort { len_bytes: 0 }),
        (FrameKind::Intermediate, &[18, 0, 0, 0], FrameError::NotWholeWords { len_bytes: 18 }),
        (FrameKind::PaddedIntermediate, &[3, 0, 0, 0], FrameError::TooShort { len_bytes: 3 }),
        (FrameKind::Full, &[0, 0, 0, 0], FrameError::TooShort { len_bytes: 0 }),
        (FrameKind::Full, &[12, 0, 0, 0], FrameError::TooShort { len_bytes: 12 }),
        (FrameKind::Full, &[17, 0, 0, 0], FrameError::NotWholeWords { len_bytes: 5 }),
        (FrameKind::Full, &[20, 0, 0, 0, 1, 0, 0, 0], FrameError::Sequence { expected: 0, got: 1 }),
    ] {
        assert_eq!(decode(kind, wire, &[1]), Err(error), "{kind:?}");
    }
}

#[test]
fn every_changed_byte_of_a_full_frame_is_noticed() {
    let wire = encode(FrameKind::Full, &[7; 32], false, false, &mut none);
    for place in 0..wire.len() {
        let mut bad = wire.clone();
        bad[place] ^= 0x10;
        let found = decode(FrameKind::Full, &bad, &[64]);
        // a length that grew waits for bytes that never come; everything else is an error
        let waits = place < 4 && found == Ok(vec![]);
        assert!(waits || found.is_err(), "{place}: {found:?}");
    }
    for cut in 0..wire.len() {
        assert_eq!(decode(FrameKind::Full, &wire[..cut], &[64]), Ok(vec![]));
    }
}

#[test]
fn bodies_that_cannot_be_sent_are_refused_and_nothing_is_written() {
    for kind in FrameKind::ALL {
        let mut encoder = Encoder::new(kind);
        let mut wire = Vec::new();
        for (body, error) in [
            (vec![], EncodeError::NotWholeWords { len_bytes: 0 }),
            (vec![0; 5], EncodeError::NotWholeWords { len_bytes: 5 }),
            (vec![0; MAX_SENT_FRAME_BYTES + 4], EncodeError::TooLong { len_bytes: MAX_SENT_FRAME_BYTES + 4 }),
        ] {
            assert_eq!(encoder.encode(&body, false, &mut none, &mut wire), Err(error));
        }
        assert!(wire.is_empty());
        encoder.encode(&[0; 4], false, &mut none, &mut wire).unwrap();
        assert!(wire.starts_with(kind.tag()));
        encoder.encode(&vec![0; MAX_SENT_FRAME_BYTES], false, &mut none, &mut wire).unwrap();
        assert!(wire.len() > MAX_SENT_FRAME_BYTES);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_split_of_the_stream_gives_the_same_frames(
        kind in prop::sample::select(FrameKind::ALL.to_vec()),
        words in prop::collection::vec(4_usize..300, 1..6),
        sizes in prop::collection::vec(1_usize..600, 1..8),
        seed in any::<u64>(),
    ) {
        let mut random = Seeded::new(seed);
        let mut encoder = Encoder::without_tag(kind);
        let (mut wire, mut bodies) = (Vec::new(), Vec::new());
        for words in words {
            // whole AES blocks behind an encrypted head, so that padding can be told from the body
            let mut body = vec![1; 24 + words / 4 * 16];
            random.fill(&mut body[1..]);
            encoder.encode(&body, false, &mut random, &mut wire).unwrap();
            bodies.push(message(&body));
        }
        prop_assert_eq!(decode(kind, &wire, &sizes).unwrap(), bodies);
    }

    #[test]
    fn arbitrary_bytes_never_panic(
        kind in prop::sample::select(FrameKind::ALL.to_vec()),
        wire in prop::collection::vec(any::<u8>(), 0..300),
        sizes in prop::collection::vec(1_usize..40, 1..4),
    ) {
        let whole = decode(kind, &wire, &[1000]);
        let pieces = decode(kind, &wire, &sizes);
        prop_assert_eq!(whole.is_err(), pieces.is_err());
        if let (Ok(whole), Ok(pieces)) = (whole, pieces) {
            prop_assert_eq!(whole, pieces);
        }
    }
}
