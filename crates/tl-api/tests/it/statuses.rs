//! `UserStatus`, whose id and word are read at once: the same values and errors as one by one.

use tl_api::{enums, types};
use tl_codec::{Decode as _, Encode as _, ErrorKind, Reader};

fn every() -> [enums::UserStatus; 7] {
    [
        types::UserStatusEmpty.into(),
        types::UserStatusOnline { expires: i32::MIN }.into(),
        types::UserStatusOffline { was_online: i32::MAX }.into(),
        types::UserStatusRecently { by_me: true }.into(),
        types::UserStatusRecently { by_me: false }.into(),
        types::UserStatusLastWeek { by_me: true }.into(),
        types::UserStatusLastMonth { by_me: true }.into(),
    ]
}

#[test]
fn with_nothing_behind_them_or_something_the_reader_stands_where_they_end() {
    for status in every() {
        for behind in [0, 1, 3, 4, 12] {
            let mut wire = status.to_bytes();
            let len = wire.len();
            wire.resize(len + behind, 0xee);
            let mut reader = Reader::new(&wire);
            let read = enums::UserStatusRef::decode(&mut reader).unwrap();
            assert_eq!(read.to_bytes(), status.to_bytes());
            assert_eq!(reader.offset(), len, "{status:?} with {behind} bytes behind it");
        }
    }
}

#[test]
fn what_is_cut_or_unknown_is_an_error_with_its_place() {
    for status in every() {
        let wire = status.to_bytes();
        for cut in 0..wire.len() {
            let error = enums::UserStatusRef::decode(&mut Reader::new(&wire[..cut])).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Short { .. }), "{error}");
            assert_eq!(error.offset(), if cut < 4 { 0 } else { 4 }, "{error}");
        }
    }
    for len in [4, 8, 20] {
        let mut reader = Reader::new(&[0x11; 20][..len]);
        let error = enums::UserStatusRef::decode(&mut reader).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::UnknownConstructor { got: 0x1111_1111 }, 0));
        assert!(error.to_string().contains("UserStatus"), "{error}");
    }
}
