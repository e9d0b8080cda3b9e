//! The README says what the program does.

use testdc::fault::FAULT_FORMS;

const README: &str = include_str!("../../README.md");

#[test]
fn every_fault_is_listed() {
    for (form, _) in FAULT_FORMS {
        assert!(README.contains(&format!("`{form}`")), "{form}");
    }
}
