//! Every way in which a code comes (`auth.SentCodeType`): the program says in words where to look, and the code works.

use testdc::CodeType;

use crate::program::run;
use crate::world::World;

/// The account's code.
const CODE: &str = "22222";
/// What testdc sends where the code is a word, or several.
const WORD: &str = "lighthouse";
const PHRASE: &str = "seven herons over the lighthouse";

/// A way, the code that comes by it, and what is said.
const WAYS: [(CodeType, &str, &str); 10] = [
    (CodeType::App, CODE, "look into Telegram on a device where you are logged in"),
    (CodeType::Sms, CODE, "look for a text message."),
    (CodeType::Call, CODE, "a call will tell it"),
    (CodeType::FlashCall, "9996622222", "a call will hang up at once; the code is its whole number (99966*)"),
    (CodeType::MissedCall, CODE, "a call from 99966… will hang up at once; the code is the last 5 digits"),
    (CodeType::EmailCode, CODE, "look into the mailbox of your login e-mail address s***@example.org"),
    (CodeType::FragmentSms, CODE, "look at https://fragment.com/login-codes, where the number was bought"),
    (CodeType::FirebaseSms, CODE, "only Telegram's own apps are sent this text message; ask for another way"),
    (CodeType::SmsWord, WORD, "the code is a word that begins with \"l\""),
    (CodeType::SmsPhrase, PHRASE, "the code is a phrase that begins with \"s\""),
];

fn sending(way: CodeType) -> World {
    World::new(testdc::Config {
        contacts: 3,
        saved_only: 0,
        code_types: vec![way],
        ..testdc::Config::default()
    })
}

#[test]
fn each_way_is_told_in_words_and_its_code_logs_in() {
    for (way, code, says) in WAYS {
        let world = sending(way);
        let ran = run(&mut world.login_with(code)).succeeds();
        assert!(ran.stderr.contains(says), "{way:?}: {ran:?}");
        assert!(!ran.stderr.contains(code), "{way:?}: a code is a secret: {ran:?}");
    }
    // the one that is left asks for an address: interop/test_login_terminal.py
    assert_eq!(WAYS.len() + 1, CodeType::ALL.len());
}

#[test]
fn an_address_that_has_to_be_set_up_needs_somebody_to_ask() {
    let world = sending(CodeType::SetUpEmailRequired);
    let ran = run(&mut world.login()).fails(2, "no terminal");
    assert!(ran.stderr.contains("Telegram wants this account to have a login e-mail address"), "{ran:?}");
}
