//! The README says what the program does.

use testdc::fault::FAULT_FORMS;

const README: &str = include_str!("../../README.md");

#[test]
fn every_fault_is_listed() {
    for (form, _) in FAULT_FORMS {
        assert!(README.contains(&format!("`{form}`")), "{form}");
    }
}

#[test]
fn every_fault_happens_in_a_test() {
    let tests = [include_str!("faults.rs"), include_str!("key_exchange.rs"), include_str!("sessions.rs")];
    for (form, _) in FAULT_FORMS {
        let quoted = format!("\"{}", form.split('=').next().unwrap());
        // the whole word: some begin like others
        let is_whole = |behind: &str| behind.starts_with(['"', '=', '*']);
        let happens = tests.iter().any(|test| test.split(&quoted).skip(1).any(is_whole));
        assert!(happens, "{form}");
    }
}
