//! JSON, not only our own, as objects.

use std::sync::LazyLock;

use serde_json::{Value, json};
use tl_dynamic::{Dynamic, Object};
use tl_schema::Schema;

use crate::every::{API, KNOWN, MTPROTO};

/// Both schemas, each inside the other.
static BOTH: LazyLock<Dynamic<'static>> = LazyLock::new(|| {
    // read once, for the length of the program
    let [api, protocol] =
        [API, MTPROTO].map(|text| Box::leak(Box::new(Schema::parse(text).expect("the schema"))));
    Dynamic::new(api).and_then(|dynamic| dynamic.and(protocol)).expect("the schemas")
});

pub(crate) fn check(bytes: &[u8]) {
    let Ok(json) = serde_json::from_slice::<Value>(bytes) else { return };
    for known in &*KNOWN {
        if let Some((object, bytes)) = read_back(&known.dynamic, &json) {
            let again = known.dynamic.from_json(&object.to_json()).expect("our own JSON");
            assert_eq!(known.dynamic.write(&again), Ok(bytes));
        }
    }
    read_back(&BOTH, &json);
}

/// What can be written is read, and written with the same bytes; what cannot says why.
fn read_back<'s>(dynamic: &Dynamic<'s>, json: &Value) -> Option<(Object<'s>, Vec<u8>)> {
    let object = match dynamic.from_json(json) {
        Ok(object) => object,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return None;
        }
    };
    let bytes = match dynamic.write(&object) {
        Ok(bytes) => bytes,
        Err(error) => {
            assert!(error.path().next().is_some(), "{error}");
            return None;
        }
    };
    let read = dynamic.read(&bytes).unwrap_or_else(|error| panic!("{error}: {json}"));
    assert_eq!(dynamic.write(&read).as_ref(), Ok(&bytes), "{json}");
    Some((read, bytes))
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let arrays =
        (0..40).fold(json!({"_": "jsonNull"}), |inner, _| json!({"_": "jsonArray", "value": [inner]}));
    let message = |bytes: i32, body: Value| json!({"_": "message", "msg_id": "1", "seqno": 1, "bytes": bytes, "body": body});
    let contact = json!({"_": "contact", "user_id": "5", "mutual": true});
    let messages = [
        message(12, json!({"_": "ping", "ping_id": "6"})),
        message(28, json!({"_": "rpc_result", "req_msg_id": "3", "result": contact})),
        message(16, json!({"_": "rpc_result", "req_msg_id": "3", "result": {"raw": "01020304"}})),
        message(4, json!({"raw": "01"})),
        message(4, json!({"raw": "ec77be7a"})),
    ];
    let ours = messages.iter().map(|one| json!({"_": "msg_container", "messages": [one]}));
    let odd = [
        arrays,
        json!({"_": "jsonNumber", "value": {"bits": "7ff8000000000001"}}),
        json!({"_": "dataJSON", "data": {"not_utf8": "61ff"}}),
        json!({"_": "userStatusRecently", "flags": 0xf000_0000_u32, "by_me": true}),
        json!({"_": "invokeWithTakeout", "takeout_id": 5, "query": {"_": "contacts.getContacts", "hash": 0}}),
        json!({"_": "account.password", "has_password": true}),
        // a method where one of the constructors of its result belongs
        json!({"_": "updatesCombined", "updates": [{"_": "help.getConfig"}]}),
    ];
    let texts = ours.chain(odd).map(|json| json.to_string().into_bytes());
    crate::seeds::telethon_json().into_iter().chain(texts).collect()
}
