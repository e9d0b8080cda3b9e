//! Bodies whose length stands before them: `message msg_id:long seqno:int bytes:int body:Object = Message`.

use tl_schema::ast::{Declaration, Field};

use crate::object::Value;

/// The name of the field that says how long the body is ("Service messages", section "Simple Container").
const LENGTH: &str = "bytes";

/// The length of an object behind the fields `before` of `owner`, if one of them says it.
pub(crate) fn announced_len(owner: &Declaration, before: &[Option<Value<'_>>]) -> Option<i32> {
    let is_length = |field: &Field| field.name.as_deref() == Some(LENGTH);
    match before.get(owner.fields.iter().position(is_length)?)? {
        Some(Value::Int(len_bytes)) => Some(*len_bytes),
        _ => None,
    }
}
