//! `cargo xtask bench`: measures, compares, prints the table and writes the page with its plot.

use crate::stage::Stage;

const ROWS: &str = r#"
[profiles]
quick = "release"
[[row]]
what = "read"
bench = "quick"
ours = "users/ours/10"
beside = "users/theirs/10"
at_least = 3.0
[[row]]
what = "read again"
bench = "quick"
ours = "users/ours/10"
beside = "users/theirs/10"
at_least = 5.0
reason = "because"
[[count]]
what = "allocations"
case = "users/ours/10"
of = "allocations"
at_most = 0
[plot]
title = "users"
bench = "slow"
group = "users"
sizes = [10]
cases = [{ name = "ours", label = "ours" }, { name = "theirs", label = "theirs" }]
"#;

/// Ours takes 10 ns, theirs 40; and ours allocates nothing.
const CARGO: &str = r#"
case "$*" in
*"--bench allocations"*)
    echo '{"case":"users/ours/10","allocations":0,"peak_bytes":5,"reply_bytes":10}' ;;
*"--bench quick"*)
    for case in "ours 10" "theirs 40"; do
        set -- $case
        mkdir -p "$CRITERION_HOME/users/$1/10/new"
        echo "{\"median\":{\"point_estimate\":$2}}" > "$CRITERION_HOME/users/$1/10/new/estimates.json"
    done ;;
esac
"#;

fn stage(name: &str, cargo: &str) -> Stage {
    let stage = Stage::new(name, cargo);
    stage.write("benches/rows.toml", ROWS);
    stage.write("docs/kept", "");
    stage
}

#[test]
fn rows_are_measured_compared_and_written() {
    let stage = stage("bench", CARGO);
    let (is_well, said) = stage.xtask(&["bench", "--rounds", "2"]);
    assert!(is_well, "{said}");
    let asked = stage.asked();
    let times = |bench: &str| asked.iter().filter(|line| line.contains(bench)).count();
    assert_eq!((times("--bench quick"), times("--bench slow"), times("--bench allocations")), (2, 2, 1));
    assert!(asked.iter().any(|line| line.contains("--profile release") && line.contains("--bench quick")));
    let page = stage.read("docs/benchmarks.md").unwrap();
    for row in [
        "| read | ≥ 3 × theirs | 4.00 × | pass | – |",
        "| read again | ≥ 5 × theirs | 4.00 × | **miss** | because |",
        "| allocations | ≤ 0 | 0 | pass | – |",
    ] {
        assert!(page.contains(row), "{row} in {page}");
        assert!(said.contains(row), "{row} in {said}");
    }
    assert!(page.contains("2 rounds"), "{page}");
    // where it was measured: the day, the processor, its cores, the compiler
    let cores = std::thread::available_parallelism().unwrap();
    let machine = page.lines().find_map(|line| line.split_once("Measured on ")).unwrap().1;
    let (day, rest) = machine.split_once(": ").unwrap();
    assert_eq!(day.split('-').map(str::len).collect::<Vec<_>>(), [4, 2, 2], "{machine}");
    let (model, rest) = rest.split_once(&format!(", {cores} cores, rustc ")).unwrap();
    assert!(!model.is_empty() && rest.starts_with(|first: char| first.is_ascii_digit()), "{machine}");
    // nanoseconds of one of ten, and what was counted: five bytes of ten
    for table in [
        "| case | 10 |\n|---|---|\n| ours | 1.0 |\n| theirs | 4.0 |\n",
        "| case | allocations | peak heap |\n|---|---|---|\n| `users/ours/10` | 0 | 0.50 × |\n",
    ] {
        assert!(page.contains(table), "{table} in {page}");
    }
    assert!(stage.read("docs/benchmarks.svg").unwrap().contains("theirs"));
}

#[test]
fn a_dry_run_writes_no_page() {
    let stage = stage("bench-dry", CARGO);
    let (is_well, said) = stage.xtask(&["bench", "--rounds", "1", "--dry"]);
    assert!(is_well && said.contains("| read | ≥ 3 × theirs | 4.00 × | pass | – |"), "{said}");
    assert_eq!((stage.read("docs/benchmarks.md"), stage.read("docs/benchmarks.svg")), (None, None));
}

#[test]
fn what_was_not_measured_is_an_error() {
    let idle = stage("bench-idle", "");
    let (is_well, said) = idle.xtask(&["bench", "--rounds", "1"]);
    assert!(!is_well && said.contains("users/ours/10 was not measured"), "{said}");
    let broken = stage("bench-broken", "exit 3");
    let (is_well, said) = broken.xtask(&["bench", "--rounds", "1"]);
    assert!(!is_well && said.contains("ended with"), "{said}");
    assert_eq!(broken.read("docs/benchmarks.md"), None);
    assert!(!broken.xtask(&["bench", "--rounds", "0"]).0, "at least once");
}
