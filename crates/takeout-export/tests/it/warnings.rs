//! What is odd and no reason to fail: it stands in the manifest.

use takeout_export::export::Fetched;
use takeout_export::manifest::Manifest;

use crate::formats::{everything, write};
use crate::replies;

fn written(saved_count: i32) -> Manifest {
    let folder = tempfile::tempdir().unwrap();
    let saved = [replies::saved("491701234567", "Ada"), replies::saved("491701234568", "Boris")];
    let users = [replies::user(7, Some("491701234567"), "Ada")];
    let fetched =
        Fetched { replies: replies::of_counted(&saved, &users, saved_count), ..replies::fetched(0) };
    write(&fetched, &folder.path().join("out"), &everything())
}

#[test]
fn another_count_of_saved_records_is_a_warning_and_nobody_is_lost() {
    assert_eq!(written(2).warnings, [""; 0]);
    for saved_count in [0, 1, 3, -1] {
        let manifest = written(saved_count);
        let expected = format!("the server counts {saved_count} saved contacts and sent 2");
        assert_eq!(manifest.warnings, [expected]);
        let counts = manifest.counts;
        assert_eq!((counts.saved_count, counts.saved, counts.rows), (i64::from(saved_count), 2, 2));
    }
}
