//! `benches/rows.toml`: what the page shows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    /// Benches, and the profiles that build them.
    #[serde(default)]
    profiles: BTreeMap<String, String>,
    pub row: Vec<Row>,
    pub count: Vec<Count>,
    pub plot: Plot,
}

/// Two cases of one bench.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub what: String,
    /// The file below `benches/benches/`, without `.rs`.
    pub bench: String,
    /// `group/case/size`, as criterion names it.
    pub ours: String,
    pub beside: String,
    /// How many times as fast as `beside`.
    pub at_least: Option<f64>,
    /// How many times the time of `beside`.
    pub at_most: Option<f64>,
    pub reason: Option<String>,
}

/// Something that is counted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    pub what: String,
    pub case: String,
    pub of: Of,
    pub at_most: f64,
    pub reason: Option<String>,
}

/// What is counted.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Of {
    Allocations,
    /// Peak heap, as a multiple of the reply.
    Peak,
}

/// The cases of the plot, and of the table of times.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plot {
    pub title: String,
    pub bench: String,
    pub group: String,
    pub sizes: Vec<u32>,
    pub cases: Vec<Case>,
}

/// One of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    pub label: String,
}

impl Rows {
    /// Reads the file.
    pub fn read(root: &Path) -> Result<Self, String> {
        let path = root.join("benches/rows.toml");
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        toml::from_str(&text).map_err(|error| format!("benches/rows.toml: {error}"))
    }

    /// What builds a bench.
    pub fn profile(&self, bench: &str) -> &str {
        self.profiles.get(bench).map_or("bench", String::as_str)
    }

    /// Every bench that a row or the plot names, once.
    pub fn benches(&self) -> BTreeSet<&str> {
        self.row.iter().map(|row| row.bench.as_str()).chain([self.plot.bench.as_str()]).collect()
    }

    /// Every case, by criterion's name.
    pub fn cases(&self) -> BTreeSet<String> {
        let rows = self.row.iter().flat_map(|row| [row.ours.clone(), row.beside.clone()]);
        rows.chain(self.plot.ids().map(|(_, _, id)| id)).collect()
    }
}

impl Plot {
    /// Each case with each size: the label, the size, and criterion's name.
    pub fn ids(&self) -> impl Iterator<Item = (&str, u32, String)> {
        self.cases.iter().flat_map(move |case| {
            let id = move |size: &u32| {
                (case.label.as_str(), *size, format!("{}/{}/{size}", self.group, case.name))
            };
            self.sizes.iter().map(id)
        })
    }
}
