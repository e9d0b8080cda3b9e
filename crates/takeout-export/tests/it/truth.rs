//! What is exported, against what the data centre served: every saved record in exactly one row, every contact id in
//! exactly one row, every value as it was.
//!
//! The normal run takes a sample. With `TAKEOUT_EXPORT_SWEEP` set (`cargo xtask sweep`) every seed meets every size.

mod oracle;

use testdc::{Config, Entropy, RsaKey, Server, Truth};

use crate::program::{program, run};
use crate::rows;

const SEEDS: u64 = 20;
const LARGEST: usize = 20_000;
/// Sizes with an edge: nobody, one, below and at the number from which on a book holds every case.
const SIZES: [usize; 8] = [0, 1, 2, 39, 40, 300, 3_000, LARGEST];
/// How many of a small book's people are saved without an account, for each contact.
const SAVED_ONLY_PER_CONTACTS: usize = 5;

/// Exports a book by the program's demo, and holds it against the book.
fn check(seed: u64, contacts: usize, key: &RsaKey) {
    let saved_only = contacts / SAVED_ONLY_PER_CONTACTS;
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let (contacts_text, saved_only_text, seed_text) =
        (contacts.to_string(), saved_only.to_string(), seed.to_string());
    let mut demo = program(&["demo", "--with-access-hash", "--seed", &seed_text]);
    demo.args(["--contacts", &contacts_text, "--saved-only", &saved_only_text]).arg("--out").arg(&out);
    run(&mut demo).succeeds();

    let truth = truth(Config { seed, contacts, saved_only, key: Some(key.clone()), ..Config::default() });
    let rows = rows::read_parquet(&out);
    let context = format!("seed {seed}, {contacts} contacts");
    oracle::compare(&rows, &truth).unwrap_or_else(|why| panic!("{context}: {why}"));

    let csv = rows::read_csv(&out);
    assert_eq!(csv.len(), rows.len(), "{context}");
    for (number, (in_csv, in_parquet)) in csv.iter().zip(&rows).enumerate() {
        let same = in_csv.cells_without_nulls().eq(in_parquet.cells_without_nulls());
        assert!(same, "{context}: row {number} differs between the files");
    }
}

/// The same book as the demo's: a book depends on its seed and sizes alone.
fn truth(config: Config) -> Truth {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { Server::bind(config).await.unwrap().truth().clone() })
}

#[test]
fn everybody_is_in_exactly_one_row_for_every_seed() {
    let key = RsaKey::generate(&mut Entropy::from_seed(1));
    let is_sweep = std::env::var_os("TAKEOUT_EXPORT_SWEEP").is_some();
    for seed in 1..=SEEDS {
        if is_sweep {
            for contacts in SIZES {
                check(seed, contacts, &key);
            }
        } else {
            // 0, 1, 2, 39, 40, 300, 0, …
            let size = SIZES[usize::try_from(seed - 1).unwrap() % 6];
            check(seed, size, &key);
        }
    }
}

#[test]
fn twenty_thousand_contacts_are_no_different() {
    check(99, LARGEST, &RsaKey::generate(&mut Entropy::from_seed(1)));
}
