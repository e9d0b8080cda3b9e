use super::*;

fn number(phone: &str) -> Option<(String, Option<String>)> {
    let number = Number::of(Digits::of(phone.as_bytes())?)?;
    Some((number.to_string(), number.region().map(|region| region.to_string())))
}

/// The expected values are what Python's `phonenumbers` 9.0.42 says (`parse`, `is_possible_number`,
/// `format_number`, `is_valid_number`, `region_code_for_number`); the last two it does not know.
#[test]
fn numbers_as_the_plans_have_them() {
    for (phone, e164, region) in [
        ("49 170 1234567", "+491701234567", Some("DE")),
        ("0049 (170) 1234567", "+491701234567", Some("DE")),
        ("+44 (0)20 7946 0018", "+442079460018", Some("GB")),
        ("12025550123", "+12025550123", Some("US")),
        ("14165550123", "+14165550123", Some("CA")),
        ("77012345678", "+77012345678", Some("KZ")),
        ("79161234567", "+79161234567", Some("RU")),
        ("6834000", "+6834000", Some("NU")),
        ("39 06 1234 5678", "+390612345678", Some("IT")),
        // possible, and given to nobody
        ("11005550123", "+11005550123", None),
        // a number of no country: international freephone
        ("80012345678", "+80012345678", None),
        // codes that no country has: no plan, and one that has no number of this length
        ("9996621234", "+9996621234", None),
        ("88812345678", "+88812345678", None),
    ] {
        assert_eq!(number(phone), Some((e164.to_owned(), region.map(str::to_owned))), "{phone}");
        let mut text = vec![];
        Number::of(Digits::of(phone.as_bytes()).unwrap()).unwrap().append_to(&mut text);
        assert_eq!(text, e164.as_bytes());
    }
}

#[test]
fn what_no_plan_can_have_is_no_number() {
    for phone in ["42777", "110", "0170 1234567", "1202555", "4917012345678901234", "9".repeat(16).as_str()] {
        assert_eq!(number(phone), None, "{phone}");
    }
}

#[test]
fn debug_output_has_no_number() {
    let number = Digits::of(b"491701234567").and_then(Number::of);
    assert!(number.is_some() && !format!("{number:?}").contains("4917"));
}
