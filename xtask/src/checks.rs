//! `cargo xtask checks`: `docs/security-checks.md`, a row for each check that the protocol demands, from the tests.
//!
//! `xtask/security-checks.txt` lists what is demanded. A test that breaks one of these rules says so above itself:
//! `// check: ID -> Error`. The page is stale, and the command fails, when a listed check has no test, when a test names
//! one that is not listed, or when a test does not contain the error that it names.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const LIST: &str = "xtask/security-checks.txt";
const PAGE: &str = "docs/security-checks.md";
const MARKER: &str = "// check: ";

/// Whether to write the page or to compare it.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Fail if the page is not what would be written
    #[arg(long)]
    check: bool,
}

impl Arguments {
    /// Only compare.
    pub const CHECK: Self = Self { check: true };
}

/// A demand of the protocol.
#[derive(Debug, PartialEq, Eq)]
struct Demand {
    id: String,
    rule: String,
    source: String,
}

/// A test that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
struct Proof {
    id: String,
    error: String,
    test: String,
    file: String,
}

/// Writes the page, or says why it cannot be or is not what it should be.
pub fn run(root: &Path, arguments: &Arguments) -> Result<(), String> {
    let page = page(root)?;
    let path = root.join(PAGE);
    if !arguments.check {
        return fs::write(path, page).map_err(|error| error.to_string());
    }
    if fs::read_to_string(path).is_ok_and(|found| found == page) {
        Ok(())
    } else {
        Err(format!("{PAGE} is stale: cargo xtask checks"))
    }
}

fn page(root: &Path) -> Result<String, String> {
    let list = fs::read_to_string(root.join(LIST)).map_err(|error| format!("{LIST}: {error}"))?;
    let demands: Vec<_> = list.lines().filter_map(demand).collect();
    let mut proofs = Vec::new();
    for file in sources(&root.join("crates"))? {
        let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
        let name = file.strip_prefix(root).unwrap_or(&file).display().to_string();
        proofs.extend(proofs_in(&name, &text)?);
    }
    table(&demands, &proofs)
}

fn demand(line: &str) -> Option<Demand> {
    let mut cells = line.split('|').map(|cell| cell.trim().to_owned());
    let is_row = !line.starts_with('#') && !line.trim().is_empty();
    is_row.then_some(())?;
    Some(Demand { id: cells.next()?, rule: cells.next()?, source: cells.next()? })
}

/// Every Rust file below a folder, in order.
fn sources(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}

/// The markers of a file, each with the test below it, which must contain the error's last name.
fn proofs_in(file: &str, text: &str) -> Result<Vec<Proof>, String> {
    let lines: Vec<_> = text.lines().collect();
    let mut proofs = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some((id, error)) =
            line.trim_start().strip_prefix(MARKER).and_then(|rest| rest.split_once(" -> "))
        else {
            continue;
        };
        let below = lines.get(index..).unwrap_or_default();
        let is_test =
            below.iter().take_while(|line| !line.contains("fn ")).any(|line| line.contains("test]"));
        let start = below.iter().position(|line| line.contains("fn ")).filter(|_| is_test);
        let place = format!("{file}:{}", index + 1);
        let start = start.ok_or_else(|| format!("{place}: no test stands below the marker"))?;
        let signature = below.get(start).and_then(|line| line.split("fn ").nth(1)).unwrap_or_default();
        let function = signature.split('(').next().unwrap_or_default().to_owned();
        let indent = below.get(start).map_or(0, |line| line.len() - line.trim_start().len());
        let end = format!("{}}}", " ".repeat(indent));
        let body = below.iter().skip(start).take_while(|line| **line != end);
        let name = error.rsplit("::").next().unwrap_or(error);
        if !body.into_iter().any(|line| line.contains(name)) {
            return Err(format!("{place}: the test {function} does not speak of {name}"));
        }
        proofs.push(Proof { id: id.into(), error: error.into(), test: function, file: file.into() });
    }
    Ok(proofs)
}

fn table(demands: &[Demand], proofs: &[Proof]) -> Result<String, String> {
    let mut by_id: BTreeMap<&str, Vec<&Proof>> = BTreeMap::new();
    for proof in proofs {
        if !demands.iter().any(|demand| demand.id == proof.id) {
            return Err(format!("{}: {} is no check of {LIST}", proof.file, proof.id));
        }
        by_id.entry(&proof.id).or_default().push(proof);
    }
    let mut page = String::from(
        "# Security checks\n\n<!-- written by `cargo xtask checks` from xtask/security-checks.txt and the tests -->\n\n\
         What the protocol demands of a client that makes a key (2.2), takes a message (3.2) or proves a password (5.2). In\n\
         each test a server, or a script of bytes, breaks this rule and no other; the client ends with the error named.\n\
         Three rules no server can break: for our own values (2.2-5-own, 5.2-a) a source of randomness gives nothing but\n\
         zeros, and a hash that is 0 (5.2-u) is given to the place that would compute it.\n\n\
         | check | demand | stated in | error | test |\n|---|---|---|---|---|\n",
    );
    for Demand { id, rule, source } in demands {
        let Some(proofs) = by_id.get(id.as_str()) else { return Err(format!("no test breaks {id}: {rule}")) };
        for Proof { error, test, file, .. } in proofs {
            let _ = writeln!(page, "| {id} | {rule} | {source} | `{error}` | `{file}`, `{test}` |");
        }
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "// check: 1-a -> Error::Short\n#[test]\nfn breaks_a() {\n    Short;\n}\n";

    fn demands() -> Vec<Demand> {
        "# no row\n\n1-a | a rule | a page".lines().filter_map(demand).collect()
    }

    #[test]
    fn a_row_for_each_check() {
        let page = table(&demands(), &proofs_in("a.rs", SOURCE).unwrap()).unwrap();
        assert!(
            page.ends_with("| 1-a | a rule | a page | `Error::Short` | `a.rs`, `breaks_a` |\n"),
            "{page}"
        );
    }

    #[test]
    fn a_check_without_a_test_a_marker_without_a_check_and_an_error_that_is_not_there() {
        assert!(table(&demands(), &[]).unwrap_err().contains("1-a"));
        let unknown = proofs_in("a.rs", &SOURCE.replace("1-a", "1-b")).unwrap();
        assert!(table(&demands(), &unknown).unwrap_err().contains("1-b"));
        assert!(proofs_in("a.rs", &SOURCE.replace("    Short;", "")).unwrap_err().contains("Short"));
        assert!(proofs_in("a.rs", &SOURCE.replace("#[test]", "")).unwrap_err().contains("no test"));
    }
}
