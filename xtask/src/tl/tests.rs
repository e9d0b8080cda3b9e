use clap::Parser;

use super::*;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

fn tl(words: &[&str]) -> Result<String, String> {
    let line =
        Line::try_parse_from(std::iter::once(&"tl").chain(words)).map_err(|error| error.to_string())?;
    answer(crate::root(), &line.arguments)
}

fn json(words: &[&str]) -> Json {
    serde_json::from_str(&tl(words).unwrap()).unwrap()
}

/// A file for the length of a test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("tl-{}-{name}", std::process::id()));
        fs::write(&path, bytes).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// `contact#145ade0b user_id:5 mutual:true`
const CONTACT: &str = "0bde5a14 0500000000000000 b5757299";

#[test]
fn decode_hex_and_files() {
    let contact = json!({ "_": "contact", "user_id": "5", "mutual": true });
    assert_eq!(json(&["decode", CONTACT]), contact);
    assert_eq!(json(&["decode", "0bde5a14", "0500000000000000", "b5757299"]), contact);
    let file = Scratch::new("contact", &unhex(CONTACT).unwrap());
    assert_eq!(json(&["decode", "--file", file.path()]), contact);
    // the protocol's own schema is asked too
    let ping = json(&["decode", "ec77be7a 0700000000000000"]);
    assert_eq!(ping, json!({ "_": "ping", "ping_id": "7" }));
}

#[test]
fn decode_an_answer() {
    let saved = "15c4b51c 01000000 56bd4211 01310000 01410000 00000000 09000000";
    let answer = json(&["decode", "--reply-to", "contacts.getSaved", saved]);
    assert_eq!(answer[0]["date"], 9);
    assert_eq!(answer[0]["first_name"], "A");
    // cut behind the count and the first two fields
    let fault = tl(&["decode", "--reply-to", "contacts.getSaved", &saved[..44]]).unwrap_err();
    assert_eq!(fault, "[0] → savedPhoneContact → last_name: 4 bytes short at offset 0x14");
}

#[test]
fn decode_says_where_bytes_are_wrong() {
    for (hex, fault) in [
        ("0bde5a14 05000000", "contact → user_id: 4 bytes short at offset 0x4"),
        ("0bde5a14 0500000000000000 00000000", "contact → mutual: "),
        ("ffffffff", "unknown constructor"),
        ("0bde5a14 0500000000000000 b5757299 00", "1 bytes behind the value at offset 0x10"),
        ("0", "the bytes in hexadecimal: "),
        ("xy", "the bytes in hexadecimal: "),
        ("", "4 bytes short at offset 0x0"),
    ] {
        let error = tl(&["decode", hex]).unwrap_err();
        assert!(error.starts_with(fault), "{hex}: {error}");
    }
    assert!(tl(&["decode"]).is_err());
    assert!(tl(&["decode", "--file", "/nowhere"]).unwrap_err().starts_with("/nowhere: "));
}

#[test]
fn encode_text_and_files() {
    let text = r#"{"_": "contact", "user_id": 5, "mutual": true}"#;
    let hex = CONTACT.replace(' ', "");
    assert_eq!(tl(&["encode", text]).unwrap(), hex);
    let file = Scratch::new("contact.json", text.as_bytes());
    assert_eq!(tl(&["encode", "--file", file.path()]).unwrap(), hex);
    assert_eq!(tl(&["encode", r#"{"_":"ping","ping_id":"7"}"#]).unwrap(), "ec77be7a0700000000000000");
}

#[test]
fn encode_says_what_is_wrong_where() {
    for (text, fault) in [
        (r#"{"_": "contact", "user_id": 5}"#, "contact → mutual: the field has no value"),
        (r#"{"_": "contact", "user_id": "x"}"#, "contact.user_id: long expected"),
        (r#"{"_": "contact", "id": 5}"#, "contact.id: contact has no such field"),
        (r#"{"_": "nobody"}"#, ": the schema has no nobody"),
        ("{", "EOF while parsing"),
    ] {
        let error = tl(&["encode", text]).unwrap_err();
        assert!(error.starts_with(fault), "{text}: {error}");
    }
}

#[test]
fn an_object_a_line() {
    let hex = format!("{CONTACT}\nec77be7a0700000000000000\n");
    let json = "{\"_\":\"contact\",\"user_id\":\"5\",\"mutual\":true}\n{\"_\":\"ping\",\"ping_id\":\"7\"}";
    let file = Scratch::new("lines.hex", hex.as_bytes());
    assert_eq!(tl(&["decode", "--lines", "--file", file.path()]).unwrap(), json);
    let file = Scratch::new("lines.json", json.as_bytes());
    assert_eq!(tl(&["encode", "--lines", "--file", file.path()]).unwrap(), hex.replace(' ', "").trim_end());
    let file = Scratch::new("faulty.hex", format!("{CONTACT}\n0bde5a14").as_bytes());
    let fault = format!("{}:2: contact → user_id: 8 bytes short at offset 0x4", file.path());
    assert_eq!(tl(&["decode", "--lines", "--file", file.path()]).unwrap_err(), fault);
    assert!(tl(&["decode", "--lines", CONTACT]).is_err(), "lines are those of a file");
    assert!(tl(&["encode", "--lines", "{}"]).is_err());
}

#[test]
fn ids_by_name_id_and_text() {
    let contact = json(&["id", "contact"]);
    assert_eq!(contact[0]["id"], "145ade0b");
    assert_eq!(contact[0]["normal_form"], "contact user_id:long mutual:Bool = Contact");
    assert_eq!(json(&["id", "145ade0b"]), contact);
    assert_eq!(json(&["id", "0x145ade0b"]), contact);
    assert_eq!(json(&["id", "contact user_id:long mutual:Bool = Contact"])[0]["id"], "145ade0b");
    let odd = json(&["id", "ipPortSecret", "ping"]);
    assert_eq!((&odd[0]["id"], &odd[0]["computed_id"]), (&json!("37982646"), &json!("402d9b47")));
    assert_eq!(odd[1]["name"], "ping");
    assert_eq!(tl(&["id", "nobody"]).unwrap_err(), "the schema has no nobody");
    assert_eq!(tl(&["id", "a x: = A"]).unwrap_err().split(':').next(), Some("1"));
}

#[test]
fn check_counts_or_says_line_and_column() {
    let api = crate::root().join("schema/api.tl");
    let whole = json(&["check", api.to_str().unwrap()]);
    assert_eq!(
        (&whole[0]["layer"], &whole[0]["constructors"], &whole[0]["methods"]),
        (&json!(230), &json!(1704), &json!(850))
    );
    for (text, fault) in [
        ("a = A;\nb#00000001 = B;", ":2:1: b is declared with id 00000001"),
        ("a = A;\n b x:Nobody = B;", ":2:6: b uses Nobody, which is not declared"),
        ("a = A;\n b x:", ":2:"),
    ] {
        let file = Scratch::new("faulty.tl", text.as_bytes());
        let error = tl(&["check", file.path()]).unwrap_err();
        assert!(error.starts_with(&format!("{}{fault}", file.path())), "{error}");
    }
}

#[test]
fn another_schema() {
    let schema = Scratch::new("other.tl", b"thing size:int = Thing;");
    let bytes = tl(&["encode", "--schema", schema.path(), r#"{"_":"thing","size":3}"#]).unwrap();
    assert_eq!(json(&["decode", "--schema", schema.path(), &bytes])["size"], 3);
    assert_eq!(tl(&["id", "--schema", schema.path(), "contact"]).unwrap_err(), "the schema has no contact");
}
