//! `gzip_packed#3072cfa1`: an object in a gzip file (RFC 1952).

use std::io::{Read as _, Write as _};

use bytes::Bytes;
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use tl_codec::{Decode as _, DecodeError, Encode as _};

use crate::limits::{MAX_INFLATED_BYTES, MIN_PACKED_BYTES};
use crate::schema::types;

/// Why a packed object cannot be unpacked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GzipError {
    /// The wrapper cannot be read.
    #[error("gzip_packed cannot be read")]
    Wrapper(#[from] DecodeError),
    /// The bytes are no gzip file, or it is damaged.
    #[error("the packed bytes are no intact gzip file")]
    Damaged,
    /// More bytes than we take of one envelope: all of them together count, those of answers apart from the rest.
    #[error("what an envelope holds is longer than {limit_bytes} bytes when it is unpacked")]
    TooLong {
        /// [`MAX_INFLATED_BYTES`].
        limit_bytes: usize,
    },
    /// Bytes stand behind the gzip file.
    #[error("{trailing_bytes} bytes stand behind the gzip file")]
    Trailing {
        /// How many.
        trailing_bytes: usize,
    },
}

/// What the objects of one envelope may still unfold to. A thousand of them fit into a frame, each a thousandth of what it
/// becomes, so that a limit on each alone would bound nothing. Answers have their own: updates must not cost us one.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) for_answers: usize,
    pub(super) for_messages: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self { for_answers: MAX_INFLATED_BYTES, for_messages: MAX_INFLATED_BYTES }
    }
}

/// Unpacks an object, once and into a buffer of its own, and takes what it needs from the room. `body` starts with the
/// constructor id.
pub(super) fn read(body: &[u8], room_bytes: &mut usize) -> Result<Bytes, GzipError> {
    let packed = types::GzipPackedRef::from_bytes(body)?.packed_data;
    inflate(packed, room_bytes).map(Bytes::from)
}

/// A request in a `gzip_packed`, if it is long enough to be worth the trouble and shorter that way.
pub(super) fn write(object: Bytes) -> Bytes {
    if object.len() < MIN_PACKED_BYTES {
        return object;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(object.len() / 2), Compression::default());
    // writing to memory does not fail; if it did, the object would go as it is
    let packed = encoder.write_all(&object).and_then(|()| encoder.finish());
    match packed.map(|packed_data| types::GzipPacked { packed_data }.to_bytes()) {
        Ok(packed) if packed.len() < object.len() => packed.into(),
        _ => object,
    }
}

fn inflate(packed: &[u8], room_bytes: &mut usize) -> Result<Vec<u8>, GzipError> {
    let limit_bytes = *room_bytes;
    let mut decoder = GzDecoder::new(packed);
    let mut unpacked = Vec::with_capacity(likely_len(packed).min(limit_bytes));
    let limit = u64::try_from(limit_bytes).unwrap_or(u64::MAX);
    let outcome = decoder.by_ref().take(limit).read_to_end(&mut unpacked);
    // whatever comes of it: the work is bounded like the memory
    *room_bytes -= unpacked.len();
    outcome.map_err(|_| GzipError::Damaged)?;
    // at the limit the end of the file has not been read yet, and with it the checksum
    if unpacked.len() == limit_bytes && decoder.read(&mut [0]).map_err(|_| GzipError::Damaged)? != 0 {
        return Err(GzipError::TooLong { limit_bytes: MAX_INFLATED_BYTES });
    }
    match decoder.into_inner() {
        [] => Ok(unpacked),
        rest => Err(GzipError::Trailing { trailing_bytes: rest.len() }),
    }
}

/// What to reserve. A gzip file ends with its unpacked length (RFC 1952, section 2.3.1): every byte that is reserved beyond
/// it is filled with zeros before it is found to be too many. The length is a claim, so it may only lower what follows from
/// the bytes that arrived; contacts shrink to a third at best.
fn likely_len(packed: &[u8]) -> usize {
    let claimed = packed.last_chunk().map_or(0, |len| u32::from_le_bytes(*len));
    usize::try_from(claimed).unwrap_or(usize::MAX).min(packed.len().saturating_mul(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inflate(packed: &[u8], mut room_bytes: usize) -> Result<Vec<u8>, GzipError> {
        super::inflate(packed, &mut room_bytes)
    }

    fn pack(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn the_limit_holds_on_both_sides() {
        let too_long = Err(GzipError::TooLong { limit_bytes: MAX_INFLATED_BYTES });
        for (len, limit) in [(0, 10), (9, 10), (10, 10)] {
            assert_eq!(inflate(&pack(&vec![5; len]), limit).map(|bytes| bytes.len()), Ok(len));
        }
        assert_eq!(inflate(&pack(&[5; 11]), 10), too_long);
        let bomb = pack(&vec![0; 8 << 20]);
        assert!(bomb.len() < 10_000);
        assert_eq!(inflate(&bomb, 1 << 20), too_long);
    }

    #[test]
    fn what_was_unpacked_takes_its_room_even_if_it_is_of_no_use() {
        let mut room_bytes = 100;
        assert_eq!(super::inflate(&pack(&[5; 60]), &mut room_bytes).map(|bytes| bytes.len()), Ok(60));
        assert_eq!(room_bytes, 40);
        let mut damaged = pack(&[5; 30]);
        // its checksum
        let place = damaged.len() - 8;
        damaged[place] ^= 1;
        assert_eq!(super::inflate(&damaged, &mut room_bytes), Err(GzipError::Damaged));
        assert_eq!(room_bytes, 10);
        let too_long = Err(GzipError::TooLong { limit_bytes: MAX_INFLATED_BYTES });
        assert_eq!(super::inflate(&pack(&[5; 11]), &mut room_bytes), too_long);
        assert_eq!(room_bytes, 0);
        assert_eq!(super::inflate(&pack(&[]), &mut room_bytes), Ok(Vec::new()));
    }

    #[test]
    fn no_more_is_reserved_than_the_object_takes_or_the_bytes_that_arrived_make_likely() {
        // bytes that hardly shrink
        let draw = |state: &u64| Some(state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1));
        let bytes = std::iter::successors(Some(7), draw).map(|state: u64| state.to_be_bytes()[0]);
        for len in [0, 4, 1000, 100_000] {
            let object: Vec<u8> = bytes.clone().take(len).collect();
            let unpacked = inflate(&pack(&object), 1 << 20).unwrap();
            assert!(unpacked == object);
            assert_eq!(unpacked.capacity(), len);
        }
        let mut claims_too_much = pack(b"an object");
        claims_too_much.splice(claims_too_much.len() - 4.., u32::MAX.to_le_bytes());
        assert_eq!(likely_len(&claims_too_much), 3 * claims_too_much.len());
        assert_eq!(inflate(&claims_too_much, 1000), Err(GzipError::Damaged));
        assert_eq!(likely_len(&[1, 2, 3]), 0);
    }

    #[test]
    fn what_an_envelope_may_unfold_to_is_limited() {
        let read_zeros = |len: usize| {
            let packed = types::GzipPacked { packed_data: pack(&vec![0; len]) }.to_bytes();
            read(&packed, &mut Room::default().for_messages)
        };
        assert_eq!(read_zeros(32 << 20).map(|bytes| bytes.len()), Ok(32 << 20));
        assert_eq!(read_zeros((32 << 20) + 4), Err(GzipError::TooLong { limit_bytes: 32 << 20 }));
    }

    #[test]
    fn every_prefix_and_every_changed_byte_behind_the_head_is_damage() {
        let object = b"an object of some words, and some words more";
        let good = pack(object);
        for cut in 0..good.len() {
            assert_eq!(inflate(&good[..cut], 1000), Err(GzipError::Damaged), "{cut}");
        }
        for place in 10..good.len() {
            let mut bad = good.clone();
            bad[place] ^= 0x40;
            // the last byte of the stream has bits that mean nothing
            let found = inflate(&bad, 1000);
            assert!(found.is_err() || found.as_deref() == Ok(object), "{place}");
        }
        let trailing = [good.as_slice(), &[1, 2]].concat();
        assert_eq!(inflate(&trailing, 1000), Err(GzipError::Trailing { trailing_bytes: 2 }));
    }
}
