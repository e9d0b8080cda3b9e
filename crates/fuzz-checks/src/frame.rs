//! Frames: any split of a byte stream gives the same frames and the same end.

use mtproto::frame::{Decoded, Decoder, Encoder, FrameKind};

use crate::input::Input;

/// Everything that comes out of the pieces, as text.
pub(crate) fn frames<'a>(kind: FrameKind, pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
    let mut decoder = Decoder::new(kind);
    let mut seen = Vec::new();
    for piece in pieces {
        decoder.feed(piece);
        loop {
            match decoder.decode() {
                Ok(Decoded::Frame(frame)) => seen.push(format!("{frame:?}")),
                Ok(Decoded::Incomplete { bytes_needed }) => {
                    assert!(bytes_needed > 0, "nothing is missing, and yet there is no frame");
                    break;
                }
                Err(error) => {
                    seen.push(format!("{error:?}"));
                    return seen;
                }
            }
        }
    }
    seen
}

pub(crate) fn check(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let kind = FrameKind::ALL[input.below(FrameKind::ALL.len())];
    let step = 1 + input.below(64);
    let stream = input.rest();
    let whole = frames(kind, [stream]);
    assert_eq!(frames(kind, stream.chunks(1)), whole);
    assert_eq!(frames(kind, stream.chunks(step)), whole);
}

/// Frames of every kind, as they are written: three messages of a key exchange's length, and longer.
pub(crate) fn streams() -> Vec<(FrameKind, Vec<u8>)> {
    let one = |kind| {
        let mut encoder = Encoder::without_tag(kind);
        let mut wire = Vec::new();
        for len in [4, 40, 508, 1024] {
            let mut padding = |bytes: &mut [u8]| bytes.fill(5);
            encoder.encode(&vec![7; len], false, &mut padding, &mut wire).expect("a frame");
        }
        (kind, wire)
    };
    FrameKind::ALL.map(one).into()
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let frames = streams().into_iter().zip(0_u8..).map(|((_, wire), kind)| [&[kind, 7], &wire[..]].concat());
    // a transport error and a quick ack stand alone
    let alone = (0_u8..4).map(|kind| [&[kind, 3, 4, 0, 0, 0], &(-404_i32).to_le_bytes()[..]].concat());
    frames.chain(alone).chain([vec![1, 3, 9, 8, 7, 0x86]]).collect()
}
