//! Cut and broken bytes: a typed error or a value, the same from both readers, never a panic.

use tl_codec::ErrorKind;
use tl_dynamic::Dynamic;

use crate::every::{Entry, lists};
use crate::sample::Source;

/// Longer samples are cut and flipped at some of their bytes only.
const MAX_TRIED_BYTES: usize = 400;

#[test]
fn every_prefix_is_refused_alike() {
    for (dynamic, entries) in lists() {
        for entry in entries {
            let bytes = (entry.sample)(&mut Source::new(1));
            for cut in tried(bytes.len()) {
                agree(&dynamic, entry, &bytes[..cut]);
            }
        }
    }
}

#[test]
fn every_flipped_byte_is_judged_alike() {
    for (dynamic, entries) in lists() {
        for entry in entries {
            let bytes = (entry.sample)(&mut Source::new(2));
            for at in tried(bytes.len()) {
                for mask in [0xff, 0x01, 0x80] {
                    let mut broken = bytes.clone();
                    broken[at] ^= mask;
                    agree(&dynamic, entry, &broken);
                }
            }
        }
    }
}

fn tried(len: usize) -> impl Iterator<Item = usize> {
    (0..len).step_by(1 + len / MAX_TRIED_BYTES)
}

/// Both readers take the bytes and write the same, or both refuse them for the same reason at the same place.
fn agree(dynamic: &Dynamic<'_>, entry: &Entry, bytes: &[u8]) {
    let typed = (entry.rewrite)(bytes).result;
    let by_schema = dynamic.read(bytes);
    match (typed, by_schema) {
        (Ok(typed), Ok(object)) => {
            // vectors keep padding as it came, so the bytes are compared as the schema understands them
            let again = dynamic.read(&typed).unwrap();
            assert_eq!(dynamic.write(&again), dynamic.write(&object), "{}", entry.name);
        }
        (Err(typed), Err(by_schema)) => {
            // the typed form knows how long an item is at least and refuses a count earlier; ids at the very start
            // belong to another declaration of the schema or to none
            let is_early = matches!(typed.kind(), ErrorKind::VectorTooLong { .. }) || typed.offset() == 0;
            if !is_early {
                assert_eq!(
                    (typed.kind(), typed.offset()),
                    (by_schema.kind(), by_schema.offset()),
                    "{}",
                    entry.name
                );
            }
        }
        // the typed form leaves the query unread
        (Ok(_), Err(_)) if is_wrapper(dynamic, entry) => {}
        // and an object that is no whole words
        (Ok(_), Err(_)) if entry.name == "rpc_result" && !bytes.len().is_multiple_of(4) => {}
        (Ok(_), Err(error)) => panic!("{}: only the schema refuses: {error}", entry.name),
        // another declaration's id: the schema reads that one
        (Err(error), Ok(_)) if error.offset() == 0 => {}
        (Err(error), Ok(_)) => panic!("{}: only the typed form refuses: {error}", entry.name),
    }
}

fn is_wrapper(dynamic: &Dynamic<'_>, entry: &Entry) -> bool {
    dynamic.declaration(entry.name).is_some_and(|found| !found.generics.is_empty())
}
