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
    assert_eq!(json(&["decode", "0x0bde5a140500000000000000b5757299"]), contact);
    assert_eq!(json(&["decode", "0x0bde5a14", "0x0500000000000000 0xb5757299"]), contact);
    let file = Scratch::new("contact", &unhex(CONTACT).unwrap());
    assert_eq!(json(&["decode", "--file", file.path()]), contact);
    // the protocol's own schema is asked too
    let ping = json(&["decode", "ec77be7a 0700000000000000"]);
    assert_eq!(ping, json!({ "_": "ping", "ping_id": "7" }));
}

/// A container of the protocol: a result that is an object of the API, and a `ping` behind it.
#[test]
fn decode_a_container() {
    let result = "016d5cf3 0300000000000000";
    let ping = "0400000000000000 03000000 0c000000 ec77be7a 0600000000000000";
    let container = |result: &str, bytes: &str| {
        format!("dcf8f173 02000000 0100000000000000 02000000 {bytes} {result} {ping}")
    };
    let known = container(&format!("{result} {CONTACT}"), "1c000000");
    let message = |msg_id: &str, seqno: i32, bytes: i32, body: Json| json!({"_": "message", "msg_id": msg_id, "seqno": seqno, "bytes": bytes, "body": body});
    let contact = json!({"_": "contact", "user_id": "5", "mutual": true});
    let result_of = |result: Json| json!({"_": "rpc_result", "req_msg_id": "3", "result": result});
    let ping = message("4", 3, 12, json!({"_": "ping", "ping_id": "6"}));
    let whole = json!({
        "_": "msg_container",
        "messages": [message("1", 2, 28, result_of(contact)), ping],
    });
    assert_eq!(json(&["decode", &known]), whole);
    assert_eq!(tl(&["encode", &whole.to_string()]).unwrap(), known.replace(' ', ""));
    // what neither schema has ends where its message ends
    let unknown = json(&["decode", &container(&format!("{result} 01020304"), "10000000")]);
    assert_eq!(unknown["messages"][0], message("1", 2, 16, result_of(json!({"raw": "01020304"}))));
    assert_eq!(unknown["messages"][1], ping);
    // a length that is not that of the body
    let fault = tl(&["decode", &container(&format!("{result} {CONTACT}"), "18000000")]).unwrap_err();
    let place = "msg_container → messages[0] → message → body → rpc_result → result → contact → mutual";
    assert_eq!(fault, format!("{place}: 4 bytes short at offset 0x30"));
}

/// Arrays inside arrays, the innermost empty.
fn arrays(levels: usize) -> Json {
    (1..levels)
        .fold(json!({"_": "jsonArray", "value": []}), |inner, _| json!({"_": "jsonArray", "value": [inner]}))
}

#[test]
fn what_is_written_can_be_read() {
    // the outermost array is at no depth; each further one is two deeper, with the vector around it
    let deepest = arrays(33);
    let hex = tl(&["encode", &deepest.to_string()]).unwrap();
    assert_eq!(json(&["decode", &hex]), deepest);
    for levels in [34, 40, 60] {
        let fault = tl(&["encode", &arrays(levels).to_string()]).unwrap_err();
        assert!(fault.ends_with(": more than 64 values inside each other"), "{fault}");
    }
    let raw = |bytes: &str| format!(r#"{{"_":"rpc_result","req_msg_id":"1","result":{{"raw":"{bytes}"}}}}"#);
    assert_eq!(tl(&["encode", &raw("01020304")]).unwrap(), "016d5cf3010000000000000001020304");
    for bytes in ["", "01", "0102030405"] {
        let fault = tl(&["encode", &raw(bytes)]).unwrap_err();
        assert!(fault.starts_with("rpc_result → result: a raw object of "), "{fault}");
    }
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
    // what every program knows without a schema is declared too
    for (what, id) in [("boolTrue", "997275b5"), ("vector", "1cb5c415"), ("0x997275b5", "997275b5")] {
        assert_eq!(json(&["id", what])[0]["id"], id, "{what}");
    }
    assert_eq!(tl(&["id", "nobody"]).unwrap_err(), "the schema has no nobody");
    assert_eq!(tl(&["id", "a x: = A"]).unwrap_err().split(':').next(), Some("1"));
}

/// The ways to ask that the help names.
#[test]
fn the_examples_of_the_help_are_found() {
    let help = tl(&["id", "--help"]).unwrap_err();
    let line = help.lines().find(|line| line.contains("contact user_id")).unwrap();
    let examples: Vec<_> = line.split('`').skip(1).step_by(2).collect();
    assert_eq!(examples.len(), 3, "{line}");
    for example in examples {
        assert_eq!(json(&["id", example]).as_array().unwrap().len(), 1, "{example}");
    }
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
