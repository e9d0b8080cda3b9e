//! docs/benchmarks.md.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use super::measured::Measured;
use super::rows::{Count, Of, Row, Rows};

/// The targets, each with what was measured. A miss stays visible.
pub fn table(rows: &Rows, measured: &Measured) -> String {
    let mut text = "| what | target | measured | result | why |\n|---|---|---|---|---|\n".to_owned();
    for line in rows.row.iter().map(|row| ratio_line(row, measured)) {
        text += &line;
    }
    for line in rows.count.iter().map(|count| count_line(count, measured)) {
        text += &line;
    }
    text
}

fn ratio_line(row: &Row, measured: &Measured) -> String {
    let peer = row.beside.split('/').nth(1).unwrap_or_default();
    let (target, figure, is_met) = match (row.at_least, row.at_most) {
        (Some(at_least), _) => {
            let ratio = measured.ratio(&row.beside, &row.ours);
            (format!("≥ {at_least} × {peer}"), ratio, ratio.is_some_and(|ratio| ratio >= at_least))
        }
        (None, Some(at_most)) => {
            let ratio = measured.ratio(&row.ours, &row.beside);
            (format!("≤ {at_most} × the time of {peer}"), ratio, ratio.is_some_and(|ratio| ratio <= at_most))
        }
        (None, None) => (format!("beside {peer}, no target"), measured.ratio(&row.beside, &row.ours), true),
    };
    line(&row.what, &target, figure.map(|figure| format!("{figure:.2} ×")), is_met, row.reason.as_deref())
}

fn count_line(count: &Count, measured: &Measured) -> String {
    let figure = measured.counted(&count.case, count.of);
    let is_met = figure.is_some_and(|figure| figure <= count.at_most);
    let (target, shown) = match count.of {
        Of::Allocations => (format!("≤ {}", count.at_most), figure.map(|figure| figure.to_string())),
        Of::Peak => (format!("≤ {} ×", count.at_most), figure.map(|figure| format!("{figure:.2} ×"))),
    };
    line(&count.what, &target, shown, is_met, count.reason.as_deref())
}

fn line(what: &str, target: &str, figure: Option<String>, is_met: bool, reason: Option<&str>) -> String {
    let (figure, result, why) = match (figure, is_met) {
        (None, _) => ("–".to_owned(), "not measured", "–"),
        (Some(figure), true) => (figure, "pass", "–"),
        (Some(figure), false) => (figure, "**miss**", reason.unwrap_or("not known yet")),
    };
    format!("| {what} | {target} | {figure} | {result} | {why} |\n")
}

/// The whole page.
pub fn page(rows: &Rows, measured: &Measured, table: &str, rounds: u16) -> String {
    let mut text = format!(
        "# Benchmarks\n\n\
         Written by `cargo xtask bench`; not edited by hand. What each case does, and what a peer does not check, stands \
         in the bench that measures it (`benches/benches/`); the rows and targets stand in `benches/rows.toml`.\n\n\
         Processor time of one thread, fat link-time optimisation (cryptography: the release profile, as shipped); {rounds} rounds, in each of which every case was \
         measured once (criterion's median); a ratio is the median of the rounds' ratios. {}\n\n\
         ## Targets\n\n{table}\n\
         ## {}\n\n![The same as bars](benchmarks.svg)\n\n",
        machine(),
        rows.plot.title,
    );
    times(&mut text, rows, measured);
    text += "\n## Allocations, and peak heap as a multiple of the reply\n\n| case | allocations | peak heap |\n|---|---|---|\n";
    for (case, allocations, peak) in measured.all_counts() {
        // a string takes any text: this cannot fail
        writeln!(text, "| `{case}` | {allocations} | {peak:.2} × |").unwrap_or_default();
    }
    text
}

fn times(text: &mut String, rows: &Rows, measured: &Measured) {
    let plot = &rows.plot;
    let sizes = plot.sizes.iter().map(|size| format!(" {size} |")).collect::<Vec<_>>().concat();
    let rules = "---|".repeat(plot.sizes.len());
    text.extend([format!("| case |{sizes}\n|---|{rules}\n")]);
    for case in &plot.cases {
        text.extend([format!("| {} |", case.label)]);
        for size in &plot.sizes {
            let nanos = measured.nanos(&format!("{}/{}/{size}", plot.group, case.name)).unwrap_or(f64::NAN);
            text.extend([format!(" {:.1} |", nanos / f64::from(*size))]);
        }
        text.push('\n');
    }
}

/// Where and when it was measured.
fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": an unknown processor");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rustc =
        Command::new("rustc").arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    format!(
        "Measured on {today}: {}, {cores} cores, {}.",
        model.trim_start_matches([' ', '\t', ':']),
        String::from_utf8_lossy(&rustc).trim()
    )
}
