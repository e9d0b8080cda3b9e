//! Real objects and recorded bytes to start from.

use serde_json::Value;

/// The objects that Telethon wrote.
pub fn telethon() -> Vec<Vec<u8>> {
    telethon_lines().map(|line| field(&line, "hex")).collect()
}

/// The same objects as JSON.
pub(crate) fn telethon_json() -> Vec<Vec<u8>> {
    telethon_lines().map(|line| line["json"].to_string().into_bytes()).collect()
}

fn telethon_lines() -> impl Iterator<Item = Value> {
    let lines = include_str!("../../tl-dynamic/vectors/telethon.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).expect("a line of JSON"))
}

/// The vectors of that name: of the transports or the key exchange.
pub fn vector_file(name: &str) -> Value {
    let text = match name {
        "handshake" => include_str!("../../mtproto/tests/vectors/handshake.json"),
        "transports" => include_str!("../../mtproto/tests/vectors/transports.json"),
        "rsa" => include_str!("../../mtproto/tests/vectors/rsa.json"),
        _ => panic!("no vectors {name}"),
    };
    serde_json::from_str(text).expect("vectors are JSON")
}

/// A field in hexadecimal.
pub(crate) fn field(vectors: &Value, name: &str) -> Vec<u8> {
    hex::decode(vectors[name].as_str().expect("a field of text")).expect("hexadecimal")
}
