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
    let result = [0xf35c_6d01_u32.to_le_bytes().as_slice(), &[7; 8], &[1, 2, 3, 4, 5, 6, 7, 8]].concat();
    let object = dynamic.read(&result).unwrap();
    assert_eq!(object.field("result"), Some(&Value::Raw(vec![1, 2, 3, 4, 5, 6, 7, 8])));
    assert_eq!(dynamic.write(&object).unwrap(), result);
    // an object consists of whole words
    for (cut, missing) in [(19, "1 bytes short at offset 0x13"), (17, "3 bytes short at offset 0x11")] {
        let error = dynamic.read(&result[..cut]).unwrap_err();
        assert_eq!(error.to_string(), format!("rpc_result → result: {missing}"));
    }
}

/// What would not be read as it was written is not written.
#[test]
fn raw_objects_have_an_id_that_the_schema_does_not_have_and_whole_words() {
    let dynamic = Dynamic::new(&MTPROTO).unwrap();
    for (raw, fault) in [
        ("01020304", None),
        ("0102030405060708", None),
        ("", Some("a raw object of 0 bytes: it needs whole words, the first one its id")),
        ("01", Some("a raw object of 1 bytes: it needs whole words, the first one its id")),
        ("010203040506", Some("a raw object of 6 bytes: it needs whole words, the first one its id")),
        ("ec77be7a", Some("a raw object with the id of ping, which the schema has")),
    ] {
        let json = json!({"_": "rpc_result", "req_msg_id": "1", "result": {"raw": raw}});
        let written = dynamic.write(&dynamic.from_json(&json).unwrap());
        let fault = fault.map(|fault| format!("rpc_result → result: {fault}"));
        assert_eq!(written.err().map(|error| error.to_string()), fault, "{raw}");
    }
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
    // what is written can be read: the writer goes as deep as the reader, and no deeper
    let array = |inner: Object<'static>| {
        let mut outer = Object::new(dynamic.declaration("jsonArray").unwrap());
        assert!(outer.set("value", Value::Vector(vec![Value::Object(inner)])));
        outer
    };
    let deeper = array(object);
    assert_eq!(dynamic.write(&deeper).unwrap_err().fault(), &Fault::TooDeep);
    assert_eq!(dynamic.write(&array(deeper)).unwrap_err().fault(), &Fault::TooDeep);
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
    // the writer counts the same
    let wrapped = |object: Object<'static>| {
        let mut outer = Object::new(object.declaration());
        let field = if outer.name() == "wrap" { "query" } else { "next" };
        assert!(outer.set(field, Value::Object(object)));
        outer
    };
    let schema: &'static _ = Box::leak(Box::new(schema.clone()));
    let dynamic = Dynamic::new(schema).unwrap();
    for form in forms {
        let deepest = wrapped(dynamic.read(&form(most)).unwrap());
        assert_eq!(dynamic.write(&deepest).unwrap_err().fault(), &Fault::TooDeep);
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

/// Bare items are as long as their fields at least.
#[test]
fn a_count_of_bare_items_is_held_against_their_fields() {
    let text = "pair flags:# a:int b:long c:flags.0?long = Pair; pairs items:vector<%Pair> = Pairs;";
    let schema = tl_schema::Schema::parse(text).unwrap();
    let dynamic = Dynamic::new(&schema).unwrap();
    let id = dynamic.declaration("pairs").unwrap().wire_id();
    let pairs = |count: u32| [[id, count].map(u32::to_le_bytes).as_flattened(), &[0; 48]].concat();
    assert!(dynamic.read(&pairs(3)).is_ok());
    let error = dynamic.read(&pairs(4)).unwrap_err();
    assert_eq!(error.kind(), tl_codec::ErrorKind::VectorTooLong { count: 4, remaining_bytes: 48 });
}

/// No bytes bound the items that take none, so that a limit does: for all vectors together.
#[test]
fn items_that_take_no_bytes_are_limited() {
    let text = "none = None; all items:vector<%None> more:vector<vector<none>> = All; loop x:%Loop = Loop;
        loops items:vector<%Loop> = Loops;";
    let schema = tl_schema::Schema::parse(text).unwrap();
    let dynamic = Dynamic::new(&schema).unwrap();
    let id = |name: &str| dynamic.declaration(name).unwrap().wire_id();
    let limit = u32::try_from(tl_dynamic::limits::MAX_EMPTY_ITEMS).unwrap();
    let all = |counts: &[u32]| {
        let more = u32::try_from(counts.len()).unwrap() - 1;
        let words = [&[id("all"), counts[0], more], &counts[1..]].concat();
        words.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<_>>()
    };
    for counts in [&[limit][..], &[0, limit], &[limit - 2, 1, 1]] {
        let object = dynamic.read(&all(counts)).unwrap();
        assert_eq!(dynamic.write(&object).unwrap(), all(counts));
    }
    for counts in [&[limit + 1][..], &[u32::MAX], &[0, limit + 1], &[limit - 2, 1, 2], &[1, u32::MAX]] {
        let error = dynamic.read(&all(counts)).unwrap_err();
        assert!(matches!(error.kind(), tl_codec::ErrorKind::VectorTooLong { .. }), "{counts:?}: {error}");
    }
    // what holds itself has no least length, and no end
    let loops = [id("loops"), 1, 0, 0].map(u32::to_le_bytes).concat();
    assert_eq!(dynamic.read(&loops).unwrap_err().kind(), tl_codec::ErrorKind::TooDeep);
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

/// What the README states is what the code does.
#[test]
fn the_readme_states_the_limits() {
    let readme = include_str!("../../README.md");
    for row in [
        format!("| values inside each other | {}, read or written |", tl_codec::limits::MAX_DEPTH),
        "| a string to write | 16,777,215 bytes |".to_owned(),
        "| items that take no bytes | 1,024 in an object, over all its vectors |".to_owned(),
    ] {
        assert!(readme.contains(&row), "{row}");
    }
    assert_eq!(tl_codec::limits::MAX_BYTES_LEN, 16_777_215);
    assert_eq!(tl_dynamic::limits::MAX_EMPTY_ITEMS, 1_024);
}
