//! `cargo xtask bench`: runs the benches, compares what was measured in one run, writes docs/benchmarks.md and its plot.

mod measured;
mod page;
mod plot;
mod rows;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;

use self::measured::Measured;
use self::rows::Rows;

/// The page, and the plot on it.
const PAGE: &str = "docs/benchmarks.md";
const PLOT: &str = "docs/benchmarks.svg";

/// How long to measure.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How often every bench is run; a ratio is the median of the rounds' ratios
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Write no page: print the table only
    #[arg(long)]
    dry: bool,
}

/// Runs the command.
pub fn run(root: &Path, arguments: &Arguments) -> Result<(), String> {
    let rows = Rows::read(root)?;
    let mut measured = Measured::default();
    for round in 1..=arguments.rounds {
        println!("== round {round} of {}", arguments.rounds);
        for bench in rows.benches() {
            measured::time(root, bench, rows.profile(bench))?;
        }
        measured.take(root, &rows)?;
    }
    measured.count(root)?;
    let table = page::table(&rows, &measured);
    println!("\n{table}");
    if arguments.dry {
        return Ok(());
    }
    let write = |path: &str, text: String| {
        fs::write(root.join(path), text).map_err(|error| format!("{path}: {error}"))
    };
    write(PLOT, plot::svg(&rows.plot, &measured))?;
    write(PAGE, page::page(&rows, &measured, &table, arguments.rounds))
}
