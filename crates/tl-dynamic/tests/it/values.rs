//! Values: JSON, faults of writing, unknown objects.

use serde_json::json;
use tl_dynamic::{Dynamic, Fault, JsonError, Object, Value};

use crate::{API, MTPROTO};

fn api() -> Dynamic<'static> {
    Dynamic::new(&API).unwrap()
}

#[test]
fn json_and_back() {
    let dynamic = api();
    let json = json!({
        "_": "inputPeerUserFromMessage",
        "peer": {"_": "inputPeerUser", "user_id": "9007199254740993", "access_hash": "-1"},
        "msg_id": -5,
        "user_id": "7",
    });
    let object = dynamic.from_json(&json).unwrap();
    assert_eq!(object.to_json(), json);
    assert_eq!(dynamic.read(&dynamic.write(&object).unwrap()).unwrap(), object);
}

#[test]
fn flag_words_follow_from_the_fields_and_unknown_bits_stay() {
    let dynamic = api();
    let json = json!({"_": "userStatusRecently", "flags": 0xf000_0000_u32, "by_me": true});
    let bytes = dynamic.write(&dynamic.from_json(&json).unwrap()).unwrap();
    assert_eq!(bytes[4..], 0xf000_0001_u32.to_le_bytes());
    assert_eq!(dynamic.read(&bytes).unwrap().to_json()["flags"], json!(0xf000_0001_u32));
    let json = json!({"_": "userStatusRecently", "by_me": false, "flags": 1});
    assert_eq!(dynamic.write(&dynamic.from_json(&json).unwrap()).unwrap()[4..], [0; 4]);
}

#[test]
fn what_json_cannot_say_is_marked() {
    let dynamic = api();
    let broken = json!({"_": "dataJSON", "data": {"not_utf8": "61ff"}});
    let object = dynamic.from_json(&broken).unwrap();
    assert_eq!(object.field("data"), Some(&Value::String(vec![0x61, 0xff])));
    assert_eq!(object.to_json(), broken);
    let nan = json!({"_": "jsonNumber", "value": {"bits": "7ff8000000000001"}});
    assert_eq!(dynamic.from_json(&nan).unwrap().to_json(), nan);
}

#[test]
fn json_faults_have_a_place() {
    let cases = [
        (json!({"a": 1}), ": an object needs its constructor's name as \"_\""),
        (json!({"_": "nope"}), ": the schema has no nope"),
        (json!({"_": "dataJSON", "x": 1}), "dataJSON.x: dataJSON has no such field"),
        (json!({"_": "dataJSON", "data": 1}), "dataJSON.data: string expected"),
        (json!({"_": "jsonArray", "value": [{"_": "dataJSON"}]}), "jsonArray.value[0]: JSONValue expected"),
        (
            json!({"_": "inputPeerChat", "chat_id": "9223372036854775808"}),
            "inputPeerChat.chat_id: long expected",
        ),
    ];
    for (json, message) in cases {
        let error: JsonError = api().from_json(&json).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn write_faults_have_a_place() {
    let dynamic = api();
    let mut object = Object::new(dynamic.declaration("account.password").unwrap());
    assert!(object.set("has_password", Value::True));
    let error = dynamic.write(&object).unwrap_err();
    assert_eq!(error.fault(), &Fault::HalfPresent { word: "flags".into() });
    assert!(error.to_string().starts_with("account.password → current_algo: "), "{error}");
    let mut object = Object::new(dynamic.declaration("contact").unwrap());
    assert_eq!(dynamic.write(&object).unwrap_err().fault(), &Fault::Missing);
    object.set("user_id", Value::Int(1));
    assert_eq!(
        dynamic.write(&object).unwrap_err().to_string(),
        "contact → user_id: long expected, int found"
    );
    assert!(!object.set("nope", Value::Int(1)));
}

#[test]
fn replies_and_queries() {
    let dynamic = api();
    let method = dynamic.declaration("contacts.getStatuses").unwrap();
    let bytes = [0x15, 0xc4, 0xb5, 0x1c, 0, 0, 0, 0];
    let reply = dynamic.read_reply(method, &bytes).unwrap();
    assert_eq!(reply, Value::Vector(vec![]));
    assert_eq!(dynamic.write_reply(method, &reply).unwrap(), bytes);
    let json = json!({
        "_": "invokeWithTakeout", "takeout_id": "5",
        "query": {"_": "contacts.getContacts", "hash": "0"},
    });
    let object = dynamic.from_json(&json).unwrap();
    assert_eq!(dynamic.read(&dynamic.write(&object).unwrap()).unwrap().to_json(), json);
}

#[test]
fn an_object_that_the_schema_does_not_have_stays_raw() {
    let dynamic = Dynamic::new(&MTPROTO).unwrap();
    let result = [0xf35c_6d01_u32.to_le_bytes().as_slice(), &[7; 8], &[1, 2, 3, 4, 5]].concat();
    let object = dynamic.read(&result).unwrap();
    assert_eq!(object.field("result"), Some(&Value::Raw(vec![1, 2, 3, 4, 5])));
    assert_eq!(dynamic.write(&object).unwrap(), result);
}

#[test]
fn read_faults_have_a_place() {
    let dynamic = api();
    let json = json!({"_": "contacts.contacts", "contacts": [], "saved_count": 0, "users": [
        {"_": "userEmpty", "id": "1"}, {"_": "user", "id": "2", "phone": "123"},
    ]});
    let bytes = dynamic.write(&dynamic.from_json(&json).unwrap()).unwrap();
    let error = dynamic.read(&bytes[..bytes.len() - 2]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "contacts.contacts → users[1] → user → phone: 2 bytes short at offset 0x38"
    );
}

#[test]
fn no_text_in_debug_output() {
    let dynamic = api();
    let object = dynamic.from_json(&json!({"_": "dataJSON", "data": "secret"})).unwrap();
    assert_eq!(format!("{object:?}"), "dataJSON { data: string(6 bytes) }");
}

/// The last bit of a double survives its text form.
#[test]
fn doubles_come_out_of_text_as_they_went_in() {
    let dynamic = api();
    for value in [-98.398_638_654_766_16, 60.002_546_762_500_49, 5e-324, f64::MAX, -0.0] {
        let text = serde_json::to_string(&json!({"_": "jsonNumber", "value": value})).unwrap();
        let object = dynamic.from_json(&serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(dynamic.write(&object).unwrap()[4..], value.to_le_bytes(), "{text}");
    }
}

/// Arrays of one array each, and nothing in the innermost.
fn nested(levels: usize) -> Vec<u8> {
    let level = [0x63, 0x47, 0x44, 0xf7, 0x15, 0xc4, 0xb5, 0x1c, 1, 0, 0, 0];
    [level.repeat(levels), 0x3f6d_7b68_u32.to_le_bytes().to_vec()].concat()
}

#[test]
fn nesting_ends_at_the_limit() {
    let dynamic = api();
    let fitting = (1..=100).take_while(|levels| dynamic.read(&nested(*levels)).is_ok()).count();
    assert!(fitting >= 20, "{fitting}: real objects nest so deep");
    let object = dynamic.read(&nested(fitting)).unwrap();
    assert_eq!(dynamic.write(&object).unwrap(), nested(fitting));
    for levels in [fitting + 1, 50_000] {
        let error = dynamic.read(&nested(levels)).unwrap_err();
        assert_eq!(error.kind(), tl_codec::ErrorKind::TooDeep);
    }
}

/// Each way in which one object can stand in another counts, without a vector between, too.
#[test]
fn every_kind_of_nesting_counts() {
    let text = "end = T; link next:T = T; chain flags:# next:flags.0?%Chain = Chain;
        ---functions--- wrap {X:Type} query:!X = X; last = T;";
    let schema = tl_schema::Schema::parse(text).unwrap();
    let dynamic = Dynamic::new(&schema).unwrap();
    let id = |name: &str| dynamic.declaration(name).unwrap().wire_id().to_le_bytes().to_vec();
    let boxed = |objects: usize| [id("link").repeat(objects - 1), id("end")].concat();
    let queries = |objects: usize| [id("wrap").repeat(objects - 1), id("last")].concat();
    let bare = |objects: usize| [id("chain"), [1, 0, 0, 0].repeat(objects - 1), vec![0; 4]].concat();
    let forms: [&dyn Fn(usize) -> Vec<u8>; 3] = [&boxed, &queries, &bare];
    // inside the outermost one
    let most = 1 + usize::from(tl_codec::limits::MAX_DEPTH);
    for form in forms {
        assert_eq!(dynamic.write(&dynamic.read(&form(most)).unwrap()).unwrap(), form(most));
        for objects in [most + 1, 200_000] {
            let error = dynamic.read(&form(objects)).unwrap_err();
            assert_eq!(error.kind(), tl_codec::ErrorKind::TooDeep);
        }
    }
}

/// A count is believed as far as the bytes that are left can hold so many of the smallest item.
#[test]
fn nothing_is_reserved_by_a_claim() {
    let schema = tl_schema::Schema::parse("list ids:Vector<long> = List;").unwrap();
    let dynamic = Dynamic::new(&schema).unwrap();
    let id = dynamic.declaration("list").unwrap().wire_id();
    let list = |count: u32| {
        [[id, 0x1cb5_c415, count].map(u32::to_le_bytes).as_flattened(), [7; 24].as_slice()].concat()
    };
    assert!(dynamic.read(&list(3)).is_ok());
    for count in [4, 24, u32::MAX] {
        let error = dynamic.read(&list(count)).unwrap_err();
        assert_eq!(error.kind(), tl_codec::ErrorKind::VectorTooLong { count, remaining_bytes: 24 });
    }
}

#[test]
fn a_string_that_no_length_can_say_is_refused() {
    let dynamic = api();
    let mut object = Object::new(dynamic.declaration("dataJSON").unwrap());
    for (len, is_written) in
        [(tl_codec::limits::MAX_BYTES_LEN, true), (tl_codec::limits::MAX_BYTES_LEN + 1, false)]
    {
        object.set("data", Value::String(vec![b'x'; len]));
        let written = dynamic.write(&object);
        assert_eq!(written.is_ok(), is_written, "{len}");
        if let Err(error) = written {
            assert_eq!(error.fault(), &Fault::TooLong { len });
        }
    }
}
