//! Messages of the protocol with objects of the API in them: a body is as long as its message says.

use serde_json::json;
use tl_dynamic::{Dynamic, Fault};

use crate::{API, MTPROTO};

/// A `rpc_result` with a contact in it, and a `ping`.
fn container() -> serde_json::Value {
    json!({"_": "msg_container", "messages": [
        {"_": "message", "msg_id": "1", "seqno": 2, "bytes": 28, "body": {
            "_": "rpc_result", "req_msg_id": "3",
            "result": {"_": "contact", "user_id": "5", "mutual": true},
        }},
        {"_": "message", "msg_id": "4", "seqno": 3, "bytes": 12, "body": {"_": "ping", "ping_id": "6"}},
    ]})
}

#[test]
fn objects_are_of_either_schema() {
    let api_first = Dynamic::new(&API).unwrap().and(&MTPROTO).unwrap();
    let protocol_first = Dynamic::new(&MTPROTO).unwrap().and(&API).unwrap();
    for dynamic in [&api_first, &protocol_first] {
        // both schemas have a `message`: one inside a container is the protocol's
        let object = dynamic.from_json(&container()).unwrap();
        let bytes = dynamic.write(&object).unwrap();
        assert_eq!(dynamic.read(&bytes).unwrap().to_json(), container());
    }
    let name = |dynamic: &Dynamic<'_>| dynamic.declaration("message").unwrap().wire_id();
    assert_eq!(name(&protocol_first), 0x5bb8_e511);
    assert_ne!(name(&api_first), 0x5bb8_e511);
    assert_eq!(api_first.by_id(0x5bb8_e511).unwrap().name.to_string(), "message");
    let schemas = api_first.schemas().map(|schema| schema.layer.is_some()).collect::<Vec<_>>();
    assert_eq!(schemas, [true, false]);
}

/// The protocol's schema alone knows no contact, and keeps it as it is: it does not take what stands behind it.
#[test]
fn an_unknown_body_ends_where_its_message_says() {
    let both = Dynamic::new(&MTPROTO).unwrap().and(&API).unwrap();
    let bytes = both.write(&both.from_json(&container()).unwrap()).unwrap();
    let alone = Dynamic::new(&MTPROTO).unwrap();
    let object = alone.read(&bytes).unwrap();
    let json = object.to_json();
    let contact = "0bde5a140500000000000000b5757299";
    assert_eq!(json["messages"][0]["body"]["result"], json!({"raw": contact}));
    assert_eq!(json["messages"][1], container()["messages"][1]);
    assert_eq!(alone.write(&object).unwrap(), bytes);
}

#[test]
fn a_body_of_another_length_is_refused() {
    let dynamic = Dynamic::new(&MTPROTO).unwrap();
    let message = |bytes: i32| {
        let body = json!({"_": "ping", "ping_id": "6"});
        json!({"_": "message", "msg_id": "4", "seqno": 3, "bytes": bytes, "body": body})
    };
    let good = dynamic.write(&dynamic.from_json(&message(12)).unwrap()).unwrap();
    let with_len = |len: i32| [&good[..16], &len.to_le_bytes(), &good[20..]].concat();
    assert_eq!(with_len(12), good);
    for (len, fault) in [
        (16, "message → body: 4 bytes short at offset 0x14"),
        (-1, "message → body: 4294967283 bytes short at offset 0x14"),
        (8, "message → body → ping → ping_id: 4 bytes short at offset 0x18"),
        (0, "message → body: 4 bytes short at offset 0x14"),
    ] {
        assert_eq!(dynamic.read(&with_len(len)).unwrap_err().to_string(), fault);
        let error = dynamic.write(&dynamic.from_json(&message(len)).unwrap()).unwrap_err();
        assert_eq!(error.fault(), &Fault::BodyLen { announced: len, len: 12 });
    }
    let longer = [with_len(16), vec![0; 4]].concat();
    let error = dynamic.read(&longer).unwrap_err().to_string();
    assert_eq!(error, "message → body: 4 bytes behind the value at offset 0x20");
}

/// Messages inside messages are as deep as anything else.
#[test]
fn bodies_inside_bodies_end_at_the_limit() {
    let dynamic = Dynamic::new(&MTPROTO).unwrap();
    let mut bytes = 0x5151_5151_u32.to_le_bytes().to_vec();
    for _ in 0..5_000 {
        let len = u32::try_from(bytes.len()).unwrap();
        let head = [0x5bb8_e511, 0, 0, 0, len].map(u32::to_le_bytes);
        bytes = [head.as_flattened(), &bytes].concat();
    }
    assert_eq!(dynamic.read(&bytes).unwrap_err().kind(), tl_codec::ErrorKind::TooDeep);
    let fits = &bytes[bytes.len() - 4 - 20 * 65..];
    assert_eq!(dynamic.write(&dynamic.read(fits).unwrap()).unwrap(), fits);
    let deeper = &bytes[bytes.len() - 4 - 20 * 66..];
    assert_eq!(dynamic.read(deeper).unwrap_err().kind(), tl_codec::ErrorKind::TooDeep);
}
