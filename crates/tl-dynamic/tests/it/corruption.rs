//! Cut and broken bytes: a typed error or a value, the same from both readers, never a panic.

use tl_dynamic::Dynamic;

use crate::agreement;
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

/// Both readers say the same, if they read the same.
fn agree(dynamic: &Dynamic<'_>, entry: &Entry, bytes: &[u8]) {
    let typed = (entry.rewrite)(bytes).result;
    // a broken id at the very start belongs to another declaration, which the schema reads, or to none
    if !typed.as_ref().is_err_and(|error| error.offset() == 0) {
        agreement::agree(dynamic, entry.name, bytes, &typed, &dynamic.read(bytes));
    }
}
