//! Frames inside an obfuscated stream.

use mtproto::frame::FrameKind;
use mtproto::frame::obfuscation::{Obfuscation, ProxyHint};

use crate::frame::{frames, streams};
use crate::input::Input;

const KINDS: [FrameKind; 3] = [FrameKind::Abridged, FrameKind::Intermediate, FrameKind::PaddedIntermediate];

/// A connection whose random bytes, secret and data centre the input chooses.
fn start(kind: FrameKind, input: &mut Input<'_>) -> Obfuscation {
    let fill = input.byte();
    let secret = [input.byte(); 16];
    let hint =
        ProxyHint { secret: (secret[0] % 2 == 1).then_some(&secret), dc_id: i16::from(input.byte()) - 128 };
    let mut draws = 0_u8;
    let mut random = |bytes: &mut [u8]| {
        draws = draws.wrapping_add(1);
        bytes.iter_mut().zip(0_u8..).for_each(|(byte, at)| *byte = fill.wrapping_mul(draws) ^ at);
    };
    let (streams, init) = Obfuscation::start(kind, hint, &mut random).expect("some of a hundred inits fit");
    assert!(init[0] != 0xef && init[4..8] != [0; 4], "it looks like another protocol");
    streams
}

pub(crate) fn check(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let kind = KINDS[input.below(KINDS.len())];
    let step = 1 + input.below(64);
    let mut choices = Input::new(&bytes[..bytes.len().min(5)]);
    let _ = (choices.byte(), choices.byte());
    let head = [choices.byte(), choices.byte(), choices.byte()];
    let _ = (input.byte(), input.byte(), input.byte());
    let plain = input.rest();
    let expected = frames(kind, [plain]);

    // the server's side of the stream is the same cipher
    let mut wire = plain.to_vec();
    start(kind, &mut Input::new(&head)).from_server.apply(&mut wire);
    let mut streams = start(kind, &mut Input::new(&head));
    let mut pieces: Vec<Vec<u8>> = wire.chunks(step).map(<[u8]>::to_vec).collect();
    for piece in &mut pieces {
        streams.from_server.apply(piece);
    }
    assert_eq!(frames(kind, pieces.iter().map(Vec::as_slice)), expected);
    assert!(!expected.is_empty() || pieces.concat() == plain);
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let of_kind = streams().into_iter().filter(|(kind, _)| KINDS.contains(kind));
    let seed = |((_, wire), kind): ((_, Vec<u8>), u8)| [&[kind, 9, 77, kind, 130], &wire[..]].concat();
    of_kind.zip(0_u8..).map(seed).collect()
}
