//! Words of flags.

use tl_api::types;
use tl_codec::{Decode, Encode};

/// `tl_optional_example` of the protocol's vectors.
#[test]
fn a_true_field_is_a_bit() {
    for (by_me, wire) in [(true, [1, 0, 0, 0]), (false, [0; 4])] {
        let bytes = types::UserStatusRecently { by_me }.to_bytes();
        assert_eq!(bytes, [[0xc8, 0x7d, 0x19, 0x7b], wire].concat());
        assert_eq!(types::UserStatusRecentlyRef::from_bytes(&bytes).unwrap().by_me(), by_me);
    }
}

/// New `true` flags appear under an unchanged id: they are kept, and no error.
#[test]
fn unknown_bits_are_kept() {
    let mut bytes = types::User { id: 5, ..Default::default() }.to_bytes();
    bytes[7] |= 0x80;
    bytes[11] |= 0x40;
    let user = types::UserRef::from_bytes(&bytes).unwrap();
    assert_eq!((user.flags, user.flags2), (0x8000_0000, 0x4000_0000));
    assert_eq!(user.to_bytes(), bytes);
}

#[test]
fn fields_on_one_bit_are_written_together() {
    let request = tl_api::functions::account::InitTakeoutSession { files: true, ..Default::default() };
    let bytes = request.to_bytes();
    assert_eq!(request.encoded_len(), bytes.len());
    let read = tl_api::functions::account::InitTakeoutSessionRef::from_bytes(&bytes).unwrap();
    assert!(read.files());
    assert_eq!(read.file_max_size, Some(0));
    let size_alone =
        tl_api::functions::account::InitTakeoutSession { file_max_size: Some(5), ..Default::default() };
    assert!(
        tl_api::functions::account::InitTakeoutSessionRef::from_bytes(&size_alone.to_bytes())
            .unwrap()
            .files()
    );
}
