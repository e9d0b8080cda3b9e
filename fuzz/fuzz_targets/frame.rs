//! Frames: any split of a byte stream gives the same frames and the same end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mtproto::frame::{Decoded, Decoder, FrameKind};

const KINDS: [FrameKind; 4] =
    [FrameKind::Abridged, FrameKind::Intermediate, FrameKind::PaddedIntermediate, FrameKind::Full];

fn frames(kind: FrameKind, pieces: &[&[u8]]) -> Vec<String> {
    let mut decoder = Decoder::new(kind);
    let mut seen = Vec::new();
    for piece in pieces {
        decoder.feed(piece);
        loop {
            match decoder.decode() {
                Ok(Decoded::Frame(frame)) => seen.push(format!("{frame:?}")),
                Ok(_) => break,
                Err(error) => {
                    seen.push(format!("{error:?}"));
                    return seen;
                }
            }
        }
    }
    seen
}

fuzz_target!(|input: (u8, Vec<u8>)| {
    let (choice, bytes) = input;
    let kind = KINDS[usize::from(choice) % KINDS.len()];
    let whole = frames(kind, &[&bytes]);
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(frames(kind, &single), whole);
    let (head, tail) = bytes.split_at(usize::from(choice).min(bytes.len()));
    assert_eq!(frames(kind, &[head, tail]), whole);
});
