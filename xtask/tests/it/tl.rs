//! `cargo xtask tl {decode,encode,id,check}`: the answer stands on stdout, and a fault ends the command.

use crate::stage::{Stage, xtask};

#[test]
fn each_word_answers() {
    let contact = r#"{"_":"contact","user_id":"5","mutual":true}"#;
    let hex = "0bde5a140500000000000000b5757299";
    let (is_well, said) = xtask(&["tl", "encode", contact]);
    assert_eq!((is_well, said.trim()), (true, hex));
    let (is_well, said) = xtask(&["tl", "decode", hex]);
    assert!(is_well && said.split_whitespace().collect::<String>() == contact, "{said}");
    let (is_well, said) = xtask(&["tl", "id", "contacts.getSaved"]);
    assert!(is_well && said.contains("82f1e39f"), "{said}");
    let stage = Stage::new("tl", "");
    stage.write("own.tl", "thing size:int = Thing;");
    let (is_well, said) = xtask(&["tl", "check", &stage.path("own.tl")]);
    assert!(is_well && said.contains("\"constructors\": 1"), "{said}");
}

#[test]
fn each_word_says_where_it_is_wrong() {
    let stage = Stage::new("tl-wrong", "");
    stage.write("own.tl", "thing size:int = Thing;\nother size:Nobody = Thing;");
    for (words, fault) in [
        (["decode", "0bde5a1405000000"], "contact → user_id: 4 bytes short at offset 0x4"),
        (["encode", r#"{"_":"contact","user_id":"x"}"#], "contact.user_id: long expected"),
        (["id", "nobody"], "the schema has no nobody"),
        (["check", &stage.path("own.tl")], "own.tl:2:12: other uses Nobody"),
    ] {
        let (is_well, said) = xtask(&["tl", words[0], words[1]]);
        assert!(!is_well && said.contains(fault), "{words:?}: {said}");
    }
}
