//! Whatever is written is read back equal, in exactly the announced length.

use proptest::prelude::*;
use tl_codec::{Decode, Encode, Reader, Str, VecRef};

fn written<T: Encode + ?Sized>(value: &T) -> Vec<u8> {
    let bytes = value.to_bytes();
    assert_eq!(bytes.len(), value.encoded_len());
    assert_eq!(bytes.len() % 4, 0);
    bytes
}

proptest! {
    #[test]
    fn numbers(int: i32, long: i64, double: f64, wide: [u8; 16], truth: bool) {
        prop_assert_eq!(i32::from_bytes(&written(&int)).unwrap(), int);
        prop_assert_eq!(i64::from_bytes(&written(&long)).unwrap(), long);
        prop_assert_eq!(f64::from_bytes(&written(&double)).unwrap().to_bits(), double.to_bits());
        prop_assert_eq!(<[u8; 16]>::from_bytes(&written(&wide)).unwrap(), wide);
        prop_assert_eq!(bool::from_bytes(&written(&truth)).unwrap(), truth);
    }

    #[test]
    fn strings_of_every_length(text in ".{0,400}") {
        let wire = written(text.as_str());
        prop_assert_eq!(Str::from_bytes(&wire).unwrap().to_str().unwrap(), text);
    }

    #[test]
    fn vectors_of_strings(items in proptest::collection::vec(".{0,20}", 0..40)) {
        let wire = written(items.as_slice());
        let read = VecRef::<Str<'_>>::from_bytes(&wire).unwrap();
        prop_assert_eq!(read.len(), items.len());
        for (got, expected) in read.iter().zip(&items) {
            prop_assert_eq!(got.to_str().unwrap(), expected);
        }
        prop_assert_eq!(written(&read), wire);
    }

    /// Values that follow each other do not run into each other.
    #[test]
    fn a_sequence(first in ".{0,300}", second: i64, third in proptest::collection::vec(any::<i32>(), 0..20)) {
        let mut wire = written(first.as_str());
        second.encode(&mut wire);
        third.as_slice().encode(&mut wire);
        let mut reader = Reader::new(&wire);
        prop_assert_eq!(Str::decode(&mut reader).unwrap().as_bytes(), first.as_bytes());
        prop_assert_eq!(i64::decode(&mut reader).unwrap(), second);
        prop_assert_eq!(VecRef::<i32>::decode(&mut reader).unwrap().iter().collect::<Vec<_>>(), third);
        prop_assert!(reader.finish("sequence").is_ok());
    }
}
