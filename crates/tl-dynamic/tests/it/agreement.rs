//! What two readers made of the same bytes, held against each other. `fuzz-checks` compiles this file too.

use tl_codec::{DecodeError, ErrorKind};
use tl_dynamic::{Dynamic, Object, ReadError};

/// Both take the bytes and write the same, or both refuse them for the same reason at the same place. `typed` is what the
/// generated type of that name wrote again.
pub(crate) fn agree(
    dynamic: &Dynamic<'_>,
    name: &str,
    bytes: &[u8],
    typed: &Result<Vec<u8>, DecodeError>,
    by_schema: &Result<Object<'_>, ReadError>,
) {
    match (typed, by_schema) {
        (Ok(typed), Ok(object)) => {
            // vectors keep padding as it came, so the bytes are compared as the schema understands them
            let again = dynamic.read(typed).expect("what the typed form wrote");
            assert_eq!(dynamic.write(&again), dynamic.write(object), "{name}");
        }
        (Err(typed), Err(by_schema)) => {
            // the typed form knows how long an item is at least and refuses a count earlier
            if !matches!(typed.kind(), ErrorKind::VectorTooLong { .. }) {
                let seen = (by_schema.kind(), by_schema.offset());
                assert_eq!((typed.kind(), typed.offset()), seen, "{name}");
            }
        }
        // the typed form of a wrapper leaves the query unread
        (Ok(_), Err(_)) if is_wrapper(dynamic, name) => {}
        // and it takes an object that is no whole words
        (Ok(_), Err(_)) if name == "rpc_result" && !bytes.len().is_multiple_of(4) => {}
        (Ok(_), Err(error)) => panic!("{name}: only the schema refuses: {error}"),
        (Err(error), Ok(_)) => panic!("{name}: only the typed form refuses: {error}"),
    }
}

fn is_wrapper(dynamic: &Dynamic<'_>, name: &str) -> bool {
    dynamic.declaration(name).is_some_and(|found| !found.generics.is_empty())
}
