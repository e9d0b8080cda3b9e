//! `takeout-export inspect` and `verify`: what a file holds, and whether it is what was written.

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::arguments::{Inspect, Verify};
use super::failure::Failure;
use super::output;
use super::summary::{Outcome, Report};
use crate::inspect::{Inspection, Tally, inspect};
use crate::manifest::Manifest;
use crate::read;
use crate::verify::verify;

/// Counts; a folder is verified first.
pub(super) fn run(arguments: &Inspect) -> Result<Outcome, Failure> {
    let path = &arguments.path;
    let manifest = if path.is_dir() { Some(demand_whole(path)?) } else { None };
    let failure = |source| Failure::Read { path: read::find(path), source };
    let table = read::table(path, arguments.identity.as_deref()).map_err(failure)?;
    let inspection = inspect(&table, arguments.rows).map_err(|error| failure(error.into()))?;
    Ok(Outcome::Report(Box::new(Inspected { path: table.path, manifest, inspection })))
}

/// Verifies a folder.
pub(super) fn run_verify(arguments: &Verify) -> Result<Outcome, Failure> {
    let manifest = demand_whole(&arguments.folder)?;
    Ok(Outcome::Report(Box::new(Whole { folder: arguments.folder.clone(), manifest })))
}

/// The manifest of a folder in which every file is what was written.
pub(super) fn demand_whole(folder: &Path) -> Result<Manifest, Failure> {
    let verified = verify(folder).map_err(|source| Failure::Verify { path: folder.to_owned(), source })?;
    if verified.is_whole() {
        return Ok(verified.manifest);
    }
    let faults = verified.files.into_iter().filter_map(|(name, fault)| Some(format!("{name} {}", fault?)));
    Err(Failure::Unverified { path: folder.to_owned(), faults: faults.collect::<Vec<_>>().join("; ") })
}

/// What `verify` has to say if all is well.
#[derive(Debug)]
struct Whole {
    folder: PathBuf,
    manifest: Manifest,
}

impl Report for Whole {
    fn to_json(&self) -> Value {
        json!({ "result": "verified", "folder": self.folder, "files": self.manifest.files })
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = &self.manifest.files;
        let files_are = if files.len() == 1 { "file is" } else { "files are" };
        writeln!(f, "{} is whole: {} {files_are} what was written", self.folder.display(), files.len())?;
        for file in files {
            writeln!(f, "  {:>9} rows  {:>11} bytes  {}", file.rows, file.size_bytes, file.name)?;
        }
        write!(f, "exported {}", self.manifest.times.exported_at)
    }
}

/// What `inspect` has to say.
#[derive(Debug)]
struct Inspected {
    path: PathBuf,
    manifest: Option<Manifest>,
    inspection: Inspection,
}

impl Report for Inspected {
    fn to_json(&self) -> Value {
        let found = &self.inspection;
        let columns = found.columns.iter();
        let cell = |(name, text): &(String, String)| (name.clone(), Value::from(text.as_str()));
        let preview: Vec<Value> = found.preview.iter().map(|row| row.iter().map(cell).collect()).collect();
        json!({
            "result": "inspected",
            "path": self.path,
            "verified": self.manifest.is_some(),
            "exported_at": self.manifest.as_ref().map(|manifest| &manifest.times.exported_at),
            "rows": found.rows,
            "columns": columns.map(|(name, kind, nulls)| json!({ "name": name, "type": kind, "nulls": nulls }))
                .collect::<Vec<_>>(),
            "by_source": found.by_source,
            "by_status": found.by_status,
            "by_country": found.by_country,
            "preview": preview,
        })
    }
}

impl fmt::Display for Inspected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = &self.inspection;
        writeln!(f, "{}: {} rows, {} columns", self.path.display(), found.rows, found.columns.len())?;
        if let Some(manifest) = &self.manifest {
            let (time, files) = (&manifest.times.exported_at, manifest.files.len());
            writeln!(f, "exported {time}; {files} files verified against the manifest")?;
        }
        for (title, tally) in
            [("source", &found.by_source), ("status", &found.by_status), ("country", &found.by_country)]
        {
            // a list of nobody has nothing to count
            if !tally.is_empty() {
                writeln!(f, "\nby {title}:")?;
                write_tally(f, tally)?;
            }
        }
        writeln!(f, "\ncolumns:")?;
        for (name, kind, nulls) in &found.columns {
            writeln!(f, "  {name:<20} {kind:<10} {nulls:>9} null")?;
        }
        for (number, row) in found.preview.iter().enumerate() {
            writeln!(f, "\nrow {}:", number + 1)?;
            for (name, text) in row {
                // a name may hold anything, and a terminal obeys some of it
                writeln!(f, "  {name:<20} {}", output::plain(text))?;
            }
        }
        Ok(())
    }
}

/// The most frequent first.
fn write_tally(f: &mut fmt::Formatter<'_>, tally: &Tally) -> fmt::Result {
    let mut counts: Vec<_> = tally.iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (word, count) in counts {
        writeln!(f, "  {count:>9}  {word}")?;
    }
    Ok(())
}
