//! `cargo xtask tidy`: what the compiler cannot check about the house.

use std::fs;
use std::path::{Path, PathBuf};

use crate::step::cargo;

/// Crates of the IO world that the sans-IO core must not bring along.
const IO_CRATES: &[&str] = &["tokio", "mio", "socket2", "getrandom", "rustls"];

/// Documents that must be there, as a README of each crate.
const DOCUMENTS: &[&str] = &["ARCHITECTURE.md", "README.md", "CONTRIBUTING.md"];

/// Where more documents lie whose paths must exist.
const DOCUMENT_FOLDERS: &[&str] = &["", "docs", "interop"];

/// The document in which paths that are gone have their place.
const HISTORY: &str = "CHANGELOG.md";

/// Top-level folders by which a word in a document is known to be a path.
const FOLDERS: &[&str] = &["crates/", "benches/", "xtask/", "interop/", "schema/", "docs/", "ci/", "fuzz/"];

/// All checks of the tree's form.
pub fn tidy(root: &Path) -> Result<(), String> {
    let mut faults = Vec::new();
    for document in documents(root)? {
        check_document(root, &document, &mut faults);
    }
    check_dependencies(root, &mut faults);
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n  ")) }
}

/// Invariant 1 of ARCHITECTURE.md: without its IO feature `mtproto` brings no IO, and neither do the tests of its core.
pub fn sans_io(root: &Path) -> Result<(), String> {
    let tree = ["tree", "-p", "mtproto", "--no-default-features", "--prefix", "none", "--locked"];
    let output = cargo().current_dir(root).args(tree).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let names = text.lines().filter_map(|line| line.split_whitespace().next());
    let found: Vec<_> = names.filter(|name| IO_CRATES.contains(name)).collect();
    if found.is_empty() { Ok(()) } else { Err(format!("the sans-IO core depends on {}", found.join(", "))) }
}

/// The documents by their paths from the root: those that must be there, what each crate says of itself, and those of the
/// folders.
fn documents(root: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = |folder: &Path| -> Result<Vec<PathBuf>, String> {
        let listed =
            fs::read_dir(root.join(folder)).map_err(|error| format!("{}: {error}", folder.display()))?;
        listed.map(|entry| Ok(folder.join(entry.map_err(|error| error.to_string())?.file_name()))).collect()
    };
    let mut documents: Vec<_> = DOCUMENTS.iter().map(PathBuf::from).collect();
    documents.extend(entries(Path::new("crates"))?.into_iter().map(|folder| folder.join("README.md")));
    for folder in DOCUMENT_FOLDERS {
        let found = entries(Path::new(folder))?.into_iter();
        documents.extend(found.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    }
    documents.retain(|document| !document.ends_with(HISTORY));
    documents.sort();
    documents.dedup();
    Ok(documents)
}

/// Every path exists, and no cell of a table is empty but for those of its head.
fn check_document(root: &Path, document: &Path, faults: &mut Vec<String>) {
    let name = document.display();
    let Ok(text) = fs::read_to_string(root.join(document)) else {
        faults.push(format!("{name} is missing"));
        return;
    };
    for (index, line) in text.lines().enumerate() {
        let place = format!("{name}:{}", index + 1);
        for path in paths(line).filter(|path| !root.join(path).exists()) {
            faults.push(format!("{place}: {path} does not exist"));
        }
        let is_head = text.lines().nth(index + 1).is_some_and(|next| next.starts_with("|---"));
        let cells = line.strip_prefix('|').and_then(|row| row.trim_end().strip_suffix('|'));
        if !is_head && cells.is_some_and(|cells| cells.split('|').any(|cell| cell.trim().is_empty())) {
            faults.push(format!("{place}: a cell of the table is empty"));
        }
    }
}

/// Words between backticks or in link targets that name a file or folder of this tree.
fn paths(line: &str) -> impl Iterator<Item = &str> {
    let words = line.split(['`', '(', ')', ' ', ',', '|']);
    let words = words.map(|word| word.split(['#', ':']).next().unwrap_or_default().trim_end_matches('.'));
    words.filter(|word| {
        FOLDERS.iter().any(|folder| word.starts_with(folder)) && !word.contains(['*', '<', '{', '…'])
    })
}

/// Each external dependency says why it is there.
fn check_dependencies(root: &Path, faults: &mut Vec<String>) {
    let text = fs::read_to_string(root.join("Cargo.toml")).unwrap_or_default();
    let lines = text.lines().skip_while(|line| *line != "[workspace.dependencies]").skip(1);
    for line in lines.take_while(|line| !line.starts_with('[')) {
        let names_a_crate = line.contains(" = ") && !line.contains("path = ");
        if names_a_crate && !line.contains(" # ") {
            faults.push(format!("Cargo.toml: no reason behind: {line}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_in_prose_tables_and_links() {
        let line = "see `crates/tl-codec/src/lib.rs`, [x](docs/a.md#part) | benches/benches/decode.rs | crates/<name>";
        let found: Vec<_> = paths(line).collect();
        assert_eq!(found, ["crates/tl-codec/src/lib.rs", "docs/a.md", "benches/benches/decode.rs"]);
    }

    #[test]
    fn a_missing_document_a_missing_path_and_an_empty_cell_are_faults() {
        let root = &std::env::temp_dir().join(format!("tidy-{}", std::process::id()));
        for path in ["docs", "interop", "crates/one", "crates/two"] {
            fs::create_dir_all(root.join(path)).unwrap();
        }
        let text = "| | head |\n|---|---|\n| a | |\n`crates/none` and `crates/one`\n";
        for document in ["README.md", "A.md", "docs/B.md", "interop/C.md", "crates/one/README.md", HISTORY] {
            fs::write(root.join(document), text).unwrap();
        }
        let faults = tidy(root).unwrap_err();
        fs::remove_dir_all(root).unwrap();
        for document in ["README.md", "A.md", "docs/B.md", "interop/C.md", "crates/one/README.md"] {
            let expected = [
                format!("{document}:3: a cell of the table is empty"),
                format!("{document}:4: crates/none does not exist"),
            ];
            assert!(expected.iter().all(|fault| faults.contains(fault)), "{faults}");
        }
        for document in ["ARCHITECTURE.md", "CONTRIBUTING.md", "crates/two/README.md"] {
            assert!(faults.contains(&format!("{document} is missing")), "{faults}");
        }
        assert_eq!(faults.lines().count(), 13, "{faults}");
    }
}
