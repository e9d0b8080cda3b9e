//! The generated types against the reader that knows only the schema: they agree on what is a value and what is not.

use tl_codec::ErrorKind;
use tl_dynamic::{Object, ReadError};

use crate::every::{Entry, KNOWN, Known};

pub(crate) fn check(bytes: &[u8]) {
    let Some(id) = bytes.first_chunk().map(|id| u32::from_le_bytes(*id)) else { return };
    for known in &*KNOWN {
        let object = known.dynamic.read(bytes);
        if let Ok(object) = &object {
            let written = known.dynamic.write(object).expect("what was read can be written");
            // by their bytes: a double that is no number is not equal to itself
            let again = known.dynamic.read(&written).expect("what was written can be read");
            assert_eq!(known.dynamic.write(&again).as_ref(), Ok(&written));
            let json = known.dynamic.from_json(&object.to_json()).expect("our own JSON");
            assert_eq!(known.dynamic.write(&json), Ok(written));
        }
        for entry in known.types(id) {
            compare(known, entry, bytes, &object);
        }
    }
}

fn compare(known: &Known, entry: &Entry, bytes: &[u8], object: &Result<Object<'_>, ReadError>) {
    match ((entry.rewrite)(bytes), object) {
        (Ok(typed), Ok(object)) => {
            // vectors keep padding as it came, so the bytes are compared as the schema understands them
            let again = known.dynamic.read(&typed).expect("what the typed form wrote");
            assert_eq!(known.dynamic.write(&again), known.dynamic.write(object), "{}", entry.name);
        }
        (Err(typed), Err(by_schema)) => {
            // the typed form knows how long an item is at least and refuses a count earlier
            if !matches!(typed.kind(), ErrorKind::VectorTooLong { .. }) {
                let seen = (by_schema.kind(), by_schema.offset());
                assert_eq!((typed.kind(), typed.offset()), seen, "{}", entry.name);
            }
        }
        // the typed form of a wrapper leaves the query unread
        (Ok(_), Err(_)) if is_wrapper(known, entry.name) => {}
        // and it takes an object that is no whole words
        (Ok(_), Err(_)) if entry.name == "rpc_result" && !bytes.len().is_multiple_of(4) => {}
        (Ok(_), Err(error)) => panic!("{}: only the schema refuses: {error}", entry.name),
        (Err(error), Ok(_)) => panic!("{}: only the typed form refuses: {error}", entry.name),
    }
}

fn is_wrapper(known: &Known, name: &str) -> bool {
    known.dynamic.declaration(name).is_some_and(|found| !found.generics.is_empty())
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    crate::seeds::telethon()
}
