//! The same replies give the same bytes, whenever and wherever they are written.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use takeout_export::export::{Fetched, Plan, prepare};
use takeout_export::manifest::TakeoutResult;
use takeout_export::progress::Nobody;
use takeout_export::staging::{CSV, PARQUET, Staging};

use crate::replies;

fn export(fetched: &Fetched, target: &Path, written_at: i64) -> [Vec<u8>; 2] {
    let staging = Staging::begin(target, false).unwrap();
    let prepared = prepare(fetched, staging, &Plan::default(), &Nobody, &|| false).unwrap();
    let written_at = Timestamp::from_second(written_at).unwrap();
    prepared.publish(TakeoutResult::Finished, written_at).unwrap();
    [PARQUET, CSV].map(|name| fs::read(target.join(name)).unwrap())
}

#[test]
fn the_same_replies_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    // more than one batch
    let fetched = replies::fetched(10_000);
    let one = export(&fetched, &folder.path().join("one"), 1_800_000_000);
    let two = export(&fetched, &folder.path().join("another/place"), 1_900_000_000);
    assert!(one[0].len() > 10_000 && one[1].len() > 10_000);
    assert!(one == two, "the files differ");

    let other = export(&replies::fetched(10_001), &folder.path().join("three"), 1_800_000_000);
    assert!(one[0] != other[0] && one[1] != other[1], "other replies give other files");
}
