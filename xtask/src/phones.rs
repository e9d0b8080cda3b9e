//! `cargo xtask phones`: the numbering plans of rlibphonenumber as one table, for `contacts`.
//!
//! The library decides about a number with dozens of patterns. Here its plans become one automaton over the digits, which
//! decides the same in a step a digit; what it cannot decide it leaves to the library.

mod automaton;
mod metadata;
mod plan;

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::Path;

use self::automaton::Automaton;
use self::metadata::Plan;
use self::plan::Decision;
use crate::step::Outcome;

/// Where `contacts` reads it.
const TABLE: &str = "crates/contacts/src/phone/number/plans.bin";

/// The most digits of a country code.
const MAX_COUNTRY_CODE_DIGITS: usize = 3;

/// Whether to write the table or to compare it.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Write nothing; fail if the committed table is not what would be written
    #[arg(long)]
    check: bool,
}

/// Writes the table, or says why it cannot be or is not what it should be.
pub fn run(root: &Path, arguments: &Arguments) -> Result<(), String> {
    let table = table(root)?;
    let path = root.join(TABLE);
    if arguments.check {
        return compare(&path, &table);
    }
    fs::write(&path, &table).map_err(|error| format!("{}: {error}", path.display()))?;
    println!("wrote {TABLE}, {} bytes", table.len());
    Ok(())
}

/// Whether the committed table is what the plans of Cargo.lock's rlibphonenumber come to.
pub fn check(root: &Path) -> Outcome {
    run(root, &Arguments { check: true }).map_or_else(Outcome::Failed, |()| Outcome::Passed)
}

fn compare(path: &Path, table: &[u8]) -> Result<(), String> {
    if fs::read(path).is_ok_and(|found| found == table) {
        return Ok(());
    }
    Err(format!(
        "{TABLE} is not what the plans of the rlibphonenumber in Cargo.lock come to: run `cargo xtask phones`, then `cargo xtask sweep phones`"
    ))
}

fn table(root: &Path) -> Result<Vec<u8>, String> {
    let plans = metadata::read(root)?;
    let mut codes: BTreeMap<String, VecDeque<&Plan>> = BTreeMap::new();
    for plan in &plans {
        let Some(code) = plan.country_code else { continue };
        let regions = codes.entry(code.to_string()).or_default();
        // the main region is asked first, the others in the order of the file
        if plan.is_main == Some(true) {
            regions.push_front(plan);
        } else {
            regions.push_back(plan);
        }
    }
    let mut countries = BTreeMap::new();
    for (code, regions) in codes {
        let automaton = plan::automaton(&Vec::from(regions)).map_err(|why| format!("+{code}: {why}"))?;
        countries.insert(code, automaton);
    }
    bytes(&whole(&countries))
}

/// Where a number has got to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum At {
    /// Digits that can still become a country code.
    Code(String),
    /// Behind a country code, in a state of its automaton.
    Country(String, usize),
    /// Behind digits that no country code begins with.
    Nowhere,
}

/// The countries' automata behind their codes; no code is the beginning of another one.
fn whole(countries: &BTreeMap<String, Automaton<Decision>>) -> Automaton<Decision> {
    let step = |at: &At, digit: u8| match at {
        At::Code(digits) => {
            let digits = format!("{digits}{digit}");
            if countries.contains_key(&digits) {
                At::Country(digits, Automaton::<Decision>::START)
            } else if digits.len() < MAX_COUNTRY_CODE_DIGITS {
                At::Code(digits)
            } else {
                At::Nowhere
            }
        }
        At::Country(code, state) => {
            let next = countries.get(code).map(|country| country.step(*state, digit));
            next.map_or(At::Nowhere, |next| At::Country(code.clone(), next))
        }
        At::Nowhere => At::Nowhere,
    };
    let decide = |at: &At| match at {
        At::Country(code, state) => {
            countries.get(code).map_or(Decision::Number, |country| *country.label(*state))
        }
        At::Code(_) | At::Nowhere => Decision::Number,
    };
    Automaton::explore(At::Code(String::new()), step, decide).minimal()
}

/// The table as `crates/contacts/src/phone/number/plans.rs` describes it.
fn bytes(automaton: &Automaton<Decision>) -> Result<Vec<u8>, String> {
    let mut table = Vec::new();
    for state in automaton.states() {
        let label = match state.label {
            Decision::Ask => *b"?\0",
            Decision::NoNumber => *b"-\0",
            Decision::Number => *b"+\0",
            Decision::Of(region) => region,
        };
        table.extend(label);
        for next in state.next {
            let next = u16::try_from(next)
                .map_err(|_| format!("{} states are more than 65,536", automaton.states().len()))?;
            table.extend(next.to_le_bytes());
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_table_is_fresh() {
        if let Err(why) = run(crate::root(), &Arguments { check: true }) {
            panic!("{why}");
        }
    }

    #[test]
    fn a_stale_table_names_the_command() {
        let why = compare(&crate::root().join(TABLE), b"").unwrap_err();
        assert!(why.contains("cargo xtask phones"), "{why}");
    }
}
