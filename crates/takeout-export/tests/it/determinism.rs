//! The same replies give the same bytes, whenever and wherever they are written, and by whatever command.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use takeout_export::archive::seal;
use takeout_export::export::{Fetched, prepare};
use takeout_export::manifest::TakeoutResult;
use takeout_export::progress::Nobody;
use takeout_export::staging::{ARCHIVE, MANIFEST, Staging};

use crate::formats::everything;
use crate::replies;
use crate::world::names_in;

/// Every file but the manifest, which says when it was written.
fn export(fetched: &Fetched, target: &Path, written_at: i64) -> BTreeMap<String, Vec<u8>> {
    let staging = Staging::begin(target, false).unwrap();
    let prepared = prepare(fetched.clone(), staging, &everything(), &Nobody, &|| false).unwrap();
    let written_at = Timestamp::from_second(written_at).unwrap();
    prepared.publish(TakeoutResult::Finished, written_at).unwrap();
    let names = names_in(target).into_iter().filter(|name| name != MANIFEST);
    names.map(|name| (name.clone(), fs::read(target.join(&name)).unwrap())).collect()
}

/// More than one batch, with answers that are kept in maps on their way.
fn fetched(people: i64) -> Fetched {
    let notes: Vec<_> = (0..people).step_by(6).map(|index| (index + 1, "choir")).collect();
    replies::with_notes(replies::fetched(people), &notes)
}

#[test]
fn the_same_replies_give_the_same_bytes_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let one = export(&fetched(10_000), &folder.path().join("one"), 1_800_000_000);
    let two = export(&fetched(10_000), &folder.path().join("another/place"), 1_900_000_000);
    assert_eq!(one.len(), 11, "ten formats and the archive: {:?}", one.keys());
    for (name, bytes) in &one {
        assert!(bytes.len() > 10_000 && *bytes == two[name], "{name} differs");
    }

    // what an archive gives back is what was fetched: `convert` writes from it
    let archive = folder.path().join("one").join(ARCHIVE);
    let again = seal::open(&archive, None).unwrap().into_fetched().unwrap();
    let three = export(&again, &folder.path().join("converted"), 2_000_000_000);
    for (name, bytes) in &one {
        assert!(*bytes == three[name], "{name} differs after its archive was read");
    }

    let other = export(&fetched(10_003), &folder.path().join("other"), 1_800_000_000);
    for (name, bytes) in &one {
        assert!(*bytes != other[name], "{name}: other replies give other files");
    }
}
