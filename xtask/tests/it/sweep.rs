//! `cargo xtask sweep`: each name runs its tests in their long form.

use crate::stage::Stage;

#[test]
fn each_name_runs_its_tests_in_their_long_form() {
    let cargo = r#"env | grep -E '_(SWEEP|BREAKS|KILLS)=' >> "$0.env""#;
    let stage = Stage::new("sweep", cargo);
    for (name, tests, variable) in [
        ("books", "-p takeout-export --test it truth::", "TAKEOUT_EXPORT_SWEEP=1"),
        ("breaks", "-p mtproto --features test-util --test it sweeps::breaks", "MTPROTO_SWEEP=full"),
        ("exports", "-p takeout-export --test it breaks::", "TAKEOUT_EXPORT_BREAKS=full"),
        ("corruption", "-p mtproto --test it sweeps::single", "MTPROTO_SWEEP=full"),
        ("kills", "-p takeout-export --test it kills::", "TAKEOUT_EXPORT_KILLS=200"),
        ("crowd", "-p testdc --test it crowd::", "TESTDC_SWEEP=full"),
        ("phones", "-p contacts --lib plans::", "CONTACTS_SWEEP=full"),
    ] {
        stage.write("bin/cargo.env", "");
        let (is_well, said) = stage.xtask(&["sweep", name]);
        assert!(is_well, "{name}: {said}");
        assert_eq!(stage.asked(), [format!("test --locked {tests} -- --nocapture")], "{name}");
        assert_eq!(stage.read("bin/cargo.env").unwrap().trim(), variable, "{name}");
    }
}

#[test]
fn tests_that_fail_are_said() {
    let stage = Stage::new("sweep-fails", "exit 101");
    let (is_well, said) = stage.xtask(&["sweep", "corruption"]);
    assert!(!is_well && said.contains("ended with exit status: 101"), "{said}");
}
