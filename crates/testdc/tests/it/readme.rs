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
        assert!(tests.iter().any(|test| test.contains(&quoted)), "{form}");
    }
}
