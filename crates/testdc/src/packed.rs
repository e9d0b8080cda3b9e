//! `gzip_packed` around what is sent, and off what comes (protocol, "Packed Object").

use std::cell::RefCell;
use std::io::Read as _;

use flate2::read::{GzDecoder, ZlibDecoder};
use flate2::{Compress, Compression, FlushCompress, Status};
use tl_codec::{Encode, Reader, limits};

use crate::limits::MAX_INFLATED_BYTES;

/// `gzip_packed#3072cfa1 packed_data:bytes = Object`
pub(crate) const GZIP_PACKED: u32 = 0x3072_cfa1;
/// What a gzip stream begins with (RFC 1952, section 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The largest window that gzip has, in bits (RFC 1951: 32 KiB).
const WINDOW_BITS: u8 = 15;

thread_local! {
    // asked for anew for each answer, its 300 KiB leave holes that the small things of a session split: some hundred KiB
    // for each of many connections
    static GZIP: RefCell<Compress> = RefCell::new(Compress::new_gzip(Compression::fast(), WINDOW_BITS));
}

/// Packs an object if that makes it shorter.
pub(crate) fn pack(object: Vec<u8>) -> Vec<u8> {
    match gzip(&object) {
        Some(packed) if packed.len() <= limits::MAX_BYTES_LEN => {
            let mut out = Vec::with_capacity(packed.len() + 12);
            GZIP_PACKED.encode(&mut out);
            packed.encode(&mut out);
            out
        }
        _ => object,
    }
}

/// Nothing for what does not get shorter.
fn gzip(object: &[u8]) -> Option<Vec<u8>> {
    GZIP.with_borrow_mut(|gzip| {
        gzip.reset();
        // there is room for less than the object, so that it ends early where packing does not pay
        let mut packed = Vec::with_capacity(object.len().saturating_sub(1));
        let status = gzip.compress_vec(object, &mut packed, FlushCompress::Finish);
        matches!(status, Ok(Status::StreamEnd)).then_some(packed)
    })
}

/// Unpacks at most [`MAX_INFLATED_BYTES`]. The page says gzip (RFC 1952); mtcute sends zlib (RFC 1950), and Telegram serves
/// mtcute.
pub(crate) fn inflate(object: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::new(object);
    reader.expect_id(GZIP_PACKED).ok()?;
    let packed = reader.bytes().ok()?;
    let (mut out, limit) = (Vec::new(), MAX_INFLATED_BYTES + 1);
    if packed.starts_with(&GZIP_MAGIC) {
        GzDecoder::new(packed).take(limit).read_to_end(&mut out).ok()?;
    } else {
        ZlibDecoder::new(packed).take(limit).read_to_end(&mut out).ok()?;
    }
    let fits = u64::try_from(out.len()).is_ok_and(|len| len <= MAX_INFLATED_BYTES);
    (fits && out.len().is_multiple_of(4)).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_object_after_the_other_is_a_stream_of_its_own() {
        for object in
            [vec![7; 4_000], b"another one, one, one, one, one, one, one".to_vec(), vec![0; 1 << 20]]
        {
            let packed = gzip(&object).unwrap();
            assert!(packed.len() < object.len());
            let mut unpacked = Vec::new();
            GzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).unwrap();
            assert!(unpacked == object);
        }
        assert_eq!((gzip(&[]), gzip(&[1, 2, 3, 4])), (None, None), "what does not shrink");
        assert_eq!(pack(vec![1, 2, 3, 4]), [1, 2, 3, 4]);
    }
}
