//! Types that contain themselves.

use tl_api::{enums, types};
use tl_codec::limits::MAX_DEPTH;
use tl_codec::{Decode, Encode, ErrorKind};

fn nested_arrays(levels: usize) -> Vec<u8> {
    let level = [0xf744_4763_u32.to_le_bytes(), 0x1cb5_c415_u32.to_le_bytes(), 1_u32.to_le_bytes()].concat();
    [level.repeat(levels), 0x3f6d_7b68_u32.to_le_bytes().to_vec()].concat()
}

#[test]
fn nesting_is_bounded() {
    let limit = usize::from(MAX_DEPTH);
    assert!(enums::JsonValueRef::from_bytes(&nested_arrays(limit)).is_ok());
    for levels in [limit + 1, 100_000] {
        let error = enums::JsonValueRef::from_bytes(&nested_arrays(levels)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooDeep);
    }
}

#[test]
fn a_lazy_field_is_checked_at_once_and_read_when_asked() {
    let inner: enums::InputPeer = types::InputPeerUser { user_id: 1, access_hash: 2 }.into();
    let outer: enums::InputPeer =
        types::InputPeerUserFromMessage { peer: Box::new(inner.clone()), msg_id: 3, user_id: 4 }.into();
    let bytes = outer.to_bytes();
    let enums::InputPeerRef::UserFromMessage(read) = Decode::from_bytes(&bytes).unwrap() else { panic!() };
    assert!(matches!(read.peer.read().unwrap(), enums::InputPeerRef::User(peer) if peer.user_id == 1));
    assert_eq!(read.peer.as_bytes(), inner.to_bytes());
    let mut broken = bytes.clone();
    broken[4] ^= 0xff;
    let error = enums::InputPeerRef::from_bytes(&broken).unwrap_err();
    assert!(
        error.to_string().starts_with("inputPeerUserFromMessage → peer → InputPeer: unknown constructor")
    );
}
