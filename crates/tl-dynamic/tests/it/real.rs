//! Real objects: bytes that others wrote.

use serde_json::Value as Json;

/// `vectors/telethon.jsonl`: the bytes that Telethon 1.45 wrote (layer 229, ids that layer 230 has too), and the JSON
/// of the values that it was given.
pub(crate) fn telethon() -> Vec<(Vec<u8>, Json)> {
    let lines = include_str!("../../vectors/telethon.jsonl").lines();
    lines
        .map(|line| {
            let mut line: Json = serde_json::from_str(line).unwrap();
            (hex::decode(line["hex"].as_str().unwrap()).unwrap(), line["json"].take())
        })
        .collect()
}
