//! What an export says about itself: the manifest, and the metadata inside of the Parquet file.

use std::collections::BTreeMap;

use arrow_schema::Schema;
use contacts::{AddressBook, Anomalies, Confidence, Contact, Source};
use sha2::{Digest, Sha256};

use super::fetch::Fetched;
use crate::columns::{Replaced, SCHEMA_VERSION};
use crate::manifest::{
    BySource, Column, Counts, MANIFEST_VERSION, Manifest, TOOL, Takeout, TakeoutResult, Times,
};

/// What a takeout session is opened for.
const SCOPE: &str = "contacts";

/// Rows as they are written, counted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    by_source: BySource,
    ambiguous: u64,
}

impl Tally {
    pub(super) fn add(&mut self, contact: &Contact<'_>) {
        let counter = match contact.source() {
            Source::Saved => &mut self.by_source.saved,
            Source::Contact => &mut self.by_source.contact,
            Source::Both => &mut self.by_source.both,
        };
        *counter += 1;
        self.ambiguous += u64::from(contact.confidence == Confidence::Ambiguous);
    }
}

/// The manifest of an export whose files are not written yet.
pub(super) fn manifest(fetched: &Fetched, book: &AddressBook, schema: &Schema) -> Manifest {
    let counts = book.counts();
    Manifest {
        tool: TOOL.to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        manifest_version: MANIFEST_VERSION,
        schema_version: SCHEMA_VERSION,
        layer: fetched.layer,
        account_sha256: account_sha256(fetched.account_id),
        times: Times {
            started_at: fetched.started_at.to_string(),
            exported_at: fetched.exported_at.to_string(),
            status_observed_at: fetched.status_observed_at.to_string(),
            written_at: String::new(),
        },
        counts: Counts {
            saved: wide(counts.saved),
            saved_count: i64::from(counts.saved_count),
            contacts: wide(counts.contacts),
            users: wide(counts.users),
            statuses: wide(counts.statuses),
            rows: wide(counts.rows),
            rows_by_source: BySource::default(),
            ambiguous: 0,
        },
        contacts_hash: book.contacts_hash().to_string(),
        anomalies: anomalies(book.anomalies()),
        warnings: warnings(fetched, book),
        replaced_characters: BTreeMap::new(),
        replaced_in_rows: BTreeMap::new(),
        takeout: Takeout {
            scope: vec![SCOPE.to_owned()],
            result: TakeoutResult::NotConfirmed,
            called_outside: fetched.called_outside.clone(),
        },
        reused: fetched.reused.clone(),
        columns: columns(schema),
        files: Vec::new(),
    }
}

/// Adds what is known when the rows have been written.
pub(super) fn complete(manifest: &mut Manifest, tally: Tally, replaced: BTreeMap<&'static str, Replaced>) {
    manifest.counts.rows_by_source = tally.by_source;
    manifest.counts.ambiguous = tally.ambiguous;
    for (column, replaced) in replaced {
        manifest.replaced_characters.insert(column.to_owned(), replaced.characters);
        manifest.replaced_in_rows.insert(column.to_owned(), replaced.rows.into_iter().map(wide).collect());
    }
    if !manifest.replaced_characters.is_empty() {
        manifest.warnings.push("some texts are not UTF-8; what is not was replaced by U+FFFD".to_owned());
    }
}

/// Key-value metadata of the Parquet file: nothing of the run, so that the same replies give the same file.
pub(super) fn metadata(manifest: &Manifest) -> Vec<(String, String)> {
    let counts = &manifest.counts;
    [
        ("schema_version", manifest.schema_version.to_string()),
        ("tool_version", manifest.tool_version.clone()),
        ("layer", manifest.layer.to_string()),
        ("account_sha256", manifest.account_sha256.clone()),
        ("takeout_scope", manifest.takeout.scope.join(",")),
        ("saved_count", counts.saved_count.to_string()),
        ("contacts_hash", manifest.contacts_hash.clone()),
        ("saved", counts.saved.to_string()),
        ("contacts", counts.contacts.to_string()),
        ("users", counts.users.to_string()),
        ("statuses", counts.statuses.to_string()),
        ("rows", counts.rows.to_string()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

/// What an export says of whose it is.
pub(crate) fn account_sha256(account_id: i64) -> String {
    hex::encode(Sha256::digest(format!("account:{account_id}")))
}

fn columns(schema: &Schema) -> Vec<Column> {
    let describe = |field: &arrow_schema::FieldRef| Column {
        name: field.name().clone(),
        kind: field.data_type().to_string(),
        nullable: field.is_nullable(),
    };
    schema.fields().iter().map(describe).collect()
}

fn anomalies(found: Anomalies) -> BTreeMap<String, u64> {
    let Anomalies {
        contacts_repeated,
        contacts_without_user,
        contacts_with_empty_user,
        users_repeated,
        users_without_contact,
        statuses_repeated,
        statuses_without_contact,
        saved_without_number,
    } = found;
    [
        ("contacts_repeated", contacts_repeated),
        ("contacts_without_user", contacts_without_user),
        ("contacts_with_empty_user", contacts_with_empty_user),
        ("users_repeated", users_repeated),
        ("users_without_contact", users_without_contact),
        ("statuses_repeated", statuses_repeated),
        ("statuses_without_contact", statuses_without_contact),
        ("saved_without_number", saved_without_number),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(name, count)| (name.to_owned(), wide(count)))
    .collect()
}

fn warnings(fetched: &Fetched, book: &AddressBook) -> Vec<String> {
    let mut warnings = Vec::new();
    let counts = book.counts();
    if usize::try_from(counts.saved_count) != Ok(counts.saved) {
        warnings.push(format!(
            "the server counts {} saved contacts and sent {}",
            counts.saved_count, counts.saved
        ));
    }
    // a record without a number is somebody's note and no contradiction
    let contradictions = Anomalies { saved_without_number: 0, ..book.anomalies() };
    if !contradictions.is_empty() {
        warnings.push("the server's lists do not fit together; see anomalies".to_owned());
    }
    if let Some(reused) = &fetched.reused {
        warnings.push(format!(
            "names, usernames and flags of the accounts are those of {}: the server says that nobody came or went \
             since, and --reuse-users was given",
            reused.received_at
        ));
    }
    if let Some(wait) = fetched.enriched.as_ref().and_then(|enriched| enriched.stopped.as_ref()) {
        warnings.push(format!(
            "the server wanted a pause ({wait}) before all profiles and numbers were asked for: the same command, later \
             and with --force, goes on from there"
        ));
    }
    for method in &fetched.called_outside {
        warnings.push(format!("{method} was refused inside of the takeout session and called outside of it"));
    }
    warnings
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
