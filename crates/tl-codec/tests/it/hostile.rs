//! Bytes that a peer made up: a typed error or a value, never a panic, never a large allocation.

use proptest::prelude::*;
use tl_codec::{BareVecRef, Decode, ErrorKind, Lazy, RawObject, Reader, Str, VecRef};

fn read_as_everything(bytes: &[u8]) {
    let _ = i32::from_bytes(bytes);
    let _ = bool::from_bytes(bytes);
    let _ = Str::from_bytes(bytes).map(|text| text.to_str_lossy().len());
    let _ = <&[u8]>::from_bytes(bytes);
    let _ = RawObject::from_bytes(bytes);
    let _ = VecRef::<Str<'_>>::from_bytes(bytes).map(|items| items.iter().count());
    let _ = BareVecRef::<i64>::from_bytes(bytes).map(|items| items.iter().count());
    let _ = Lazy::<VecRef<'_, VecRef<'_, i32>>>::from_bytes(bytes);
}

proptest! {
    #[test]
    fn anything_at_all(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read_as_everything(&bytes);
    }

    #[test]
    fn anything_that_starts_like_a_vector(tail in proptest::collection::vec(any::<u8>(), 0..200)) {
        let bytes = [&[0x15, 0xc4, 0xb5, 0x1c][..], &tail].concat();
        read_as_everything(&bytes);
    }

    /// The offset of an error lies within the input.
    #[test]
    fn errors_point_into_the_input(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Err(error) = VecRef::<Str<'_>>::from_bytes(&bytes) {
            prop_assert!(error.offset() <= bytes.len(), "{}", error);
        }
    }
}

#[test]
fn a_vector_inside_itself_ends_at_the_depth_limit() {
    // a vector of one vector of one vector …: each level is twelve bytes at most, and costs one level of depth
    fn levels(count: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..count {
            bytes.extend_from_slice(&[0x15, 0xc4, 0xb5, 0x1c, 1, 0, 0, 0]);
        }
        bytes
    }
    struct Nest;
    impl Decode<'_> for Nest {
        const MIN_LEN: usize = 4;

        fn decode(reader: &mut Reader<'_>) -> Result<Self, tl_codec::DecodeError> {
            if reader.remaining() == 0 { Ok(Self) } else { VecRef::<Self>::decode(reader).map(|_| Self) }
        }
    }
    let depth = usize::from(tl_codec::limits::MAX_DEPTH);
    // the innermost vector's one item is empty, which MIN_LEN = 4 forbids: what matters is which limit is met first
    let shallow = Nest::from_bytes(&levels(depth - 1)).map(|_| ()).unwrap_err();
    assert!(matches!(shallow.kind(), ErrorKind::VectorTooLong { .. }), "{shallow}");
    let deep = Nest::from_bytes(&levels(depth * 3)).map(|_| ()).unwrap_err();
    assert_eq!(deep.kind(), ErrorKind::TooDeep, "{deep}");
}
