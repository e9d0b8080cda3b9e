//! Each limit from both sides, and the README's table of them.

use tl_codec::limits::{MAX_BYTES_LEN, MAX_DEPTH, MAX_PATH_LEN};
use tl_codec::{Decode, DecodeError, Encode, ErrorKind, PathSegment, Reader, Str, VecRef};

/// As many bytes as three bytes of length can say; what is longer is cut off, and announced as it is written.
#[test]
fn the_longest_string() {
    for (len, kept) in [(MAX_BYTES_LEN - 1, MAX_BYTES_LEN - 1), (MAX_BYTES_LEN, MAX_BYTES_LEN)] {
        let wire = vec![b'x'; len].as_slice().to_bytes();
        assert_eq!(Str::from_bytes(&wire).map(|text| text.as_bytes().len()), Ok(kept));
    }
    // one byte more ends in the same padding, five do not
    for longer in [1, 5].map(|more| vec![b'x'; MAX_BYTES_LEN + more]) {
        let wire = longer.as_slice().to_bytes();
        assert_eq!(wire.len(), longer.as_slice().encoded_len());
        assert_eq!(Str::from_bytes(&wire).map(|text| text.as_bytes().len()), Ok(MAX_BYTES_LEN));
    }
}

/// A count is believed exactly as far as the bytes that are there can hold the items.
#[test]
fn the_longest_vector() {
    let wire = |count: u32, items: usize| {
        [&[0x15, 0xc4, 0xb5, 0x1c][..], &count.to_le_bytes(), &vec![7; 8 * items]].concat()
    };
    let fitting = wire(3, 3);
    assert_eq!(VecRef::<i64>::from_bytes(&fitting).map(|ids| ids.len()), Ok(3));
    let error = VecRef::<i64>::from_bytes(&wire(4, 3)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::VectorTooLong { count: 4, remaining_bytes: 24 });
    let error = VecRef::<i64>::from_bytes(&wire(2, 3)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Trailing { trailing_bytes: 8 });
}

#[test]
fn the_deepest_value() {
    fn descend(reader: &mut Reader<'_>, levels: u16) -> Result<(), DecodeError> {
        if levels == 0 { Ok(()) } else { reader.nested(|inner| descend(inner, levels - 1)) }
    }
    let mut reader = Reader::new(&[]);
    assert_eq!(descend(&mut reader, MAX_DEPTH), Ok(()));
    assert_eq!(descend(&mut reader, MAX_DEPTH + 1).unwrap_err().kind(), ErrorKind::TooDeep);
    assert_eq!(descend(&mut reader, MAX_DEPTH), Ok(()), "the depth is given back after a failure");
}

#[test]
fn the_longest_path() {
    let mut error = DecodeError::new(ErrorKind::TooDeep, 0);
    for step in 0..MAX_PATH_LEN {
        error = error.within(PathSegment::Item(step));
        assert_eq!(error.path().count(), step + 1);
    }
    let longer = error.clone().within(PathSegment::Item(99));
    assert!(longer.path().eq(error.path()), "the inner end stays");
    assert_eq!(longer.to_string(), format!("…{error}"));
}

/// What the README states is what the code does.
#[test]
fn the_readme_states_them() {
    let readme = include_str!("../../README.md");
    for row in [
        format!("| values inside each other | {MAX_DEPTH} |"),
        format!("| `string`, `bytes` | {} bytes |", grouped(MAX_BYTES_LEN)),
        format!("| steps of an error's path | {MAX_PATH_LEN} |"),
    ] {
        assert!(readme.contains(&row), "{row}");
    }
}

fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
