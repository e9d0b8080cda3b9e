//! The page, the rows and the benches are one.

use std::fs;

use super::measured::Measured;
use super::rows::Rows;
use super::{PAGE, page};
use crate::root;

#[test]
fn the_page_shows_every_row_and_no_other() {
    let rows = Rows::read(root()).unwrap();
    let page = fs::read_to_string(root().join(PAGE)).unwrap();
    let table = page.split("## Targets").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let shown: Vec<_> =
        table.lines().skip(4).filter_map(|line| line.strip_prefix("| ")?.split(" | ").next()).collect();
    let wanted: Vec<_> = rows
        .row
        .iter()
        .map(|row| row.what.as_str())
        .chain(rows.count.iter().map(|count| count.what.as_str()))
        .collect();
    assert_eq!(shown, wanted, "cargo xtask bench writes the page");
    for case in &rows.plot.cases {
        assert!(page.contains(&format!("| {} |", case.label)), "{}", case.label);
    }
}

#[test]
fn every_case_of_a_row_stands_in_its_bench() {
    let rows = Rows::read(root()).unwrap();
    let timed =
        rows.row.iter().flat_map(|row| [(&row.bench, row.ours.clone()), (&row.bench, row.beside.clone())]);
    let plotted = rows.plot.ids().map(|(_, _, id)| (&rows.plot.bench, id));
    for (bench, id) in timed.chain(plotted) {
        let source = fs::read_to_string(root().join(format!("benches/benches/{bench}.rs"))).unwrap();
        let names: Vec<_> = id.split('/').collect();
        assert_eq!(names.len(), 3, "{id} is group/case/size");
        for name in &names[..2] {
            assert!(
                source.contains(&format!("\"{name}\"")),
                "benches/benches/{bench}.rs has no {name} ({id})"
            );
        }
    }
    let counts = fs::read_to_string(root().join("benches/benches/allocations.rs")).unwrap();
    for count in &rows.count {
        let name = count.case.split('/').nth(1).unwrap();
        assert!(counts.contains(&format!("case(\"{name}\"")), "{}", count.case);
    }
}

#[test]
fn a_miss_is_shown_with_its_reason_and_a_ratio_is_that_of_one_round() {
    let mut rows = Rows::read(root()).unwrap();
    rows.row.truncate(1);
    rows.count.clear();
    rows.row[0].reason = Some("because".to_owned());
    let (ours, beside) = (rows.row[0].ours.clone(), rows.row[0].beside.clone());
    // a slow second round slows both
    let measured = [(10.0, 30.0), (100.0, 300.0), (10.0, 31.0)]
        .into_iter()
        .fold(Measured::default(), |measured, (one, other)| {
            measured.with_round(&ours, one).with_round(&beside, other)
        });
    let table = page::table(&rows, &measured);
    assert!(table.ends_with("| ≥ 3.5 × grammers | 3.00 × | **miss** | because |\n"), "{table}");
    rows.row[0].at_least = Some(2.9);
    assert!(page::table(&rows, &measured).ends_with("| 3.00 × | pass | – |\n"));
}
