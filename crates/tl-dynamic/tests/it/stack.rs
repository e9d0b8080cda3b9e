//! The stack that the deepest objects need, from every reader and writer.

use std::thread;

use serde_json::json;
use tl_api::enums;
use tl_codec::{Decode, ErrorKind};
use tl_dynamic::Dynamic;

use crate::API;

/// What the README of `tl-codec` says is enough for its readers without any optimisation; a thread of Rust's standard library
/// has nearly three times as much. The typed reader needs most of it when nothing is optimised, the others less.
const STACK_BYTES: usize = 768 << 10;

fn with_stack<T: Send + 'static>(bytes: usize, run: impl FnOnce() -> T + Send + 'static) -> T {
    thread::Builder::new().stack_size(bytes).spawn(run).unwrap().join().unwrap()
}

/// Folded blocks of a page inside each other, with a text behind each: the form that needs the most of those that were tried.
fn pages(levels: usize) -> Vec<u8> {
    let head = [0x7676_8bed_u32, 0, 0x1cb5_c415, 1].map(u32::to_le_bytes);
    let (divider, text) = (0xdb20_b188_u32.to_le_bytes(), 0xdc3d_824f_u32.to_le_bytes());
    [head.as_flattened().repeat(levels), divider.to_vec(), text.repeat(levels)].concat()
}

/// The deepest of them that is read.
fn deepest(is_read: impl Fn(&[u8]) -> bool + Send + 'static) -> usize {
    with_stack(64 * STACK_BYTES, move || (1..100).take_while(|levels| is_read(&pages(*levels))).count())
}

#[test]
fn the_stated_stack_is_enough_for_the_typed_reader() {
    let levels = deepest(|bytes| enums::PageBlockRef::from_bytes(bytes).is_ok());
    assert!(levels >= 32, "{levels}");
    with_stack(STACK_BYTES, move || {
        assert!(enums::PageBlockRef::from_bytes(&pages(levels)).is_ok());
        let error = enums::PageBlockRef::from_bytes(&pages(levels + 1)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooDeep);
        // the outer end of the path is left out, and it says so
        assert!(error.to_string().starts_with('…'), "{error}");
    });
}

#[test]
fn the_stated_stack_is_enough_for_the_reader_by_schema_and_its_writers() {
    let levels = deepest(|bytes| Dynamic::new(&API).unwrap().read(bytes).is_ok());
    assert!(levels >= 32, "{levels}");
    with_stack(STACK_BYTES, move || {
        let dynamic = Dynamic::new(&API).unwrap();
        let object = dynamic.read(&pages(levels)).unwrap();
        assert_eq!(dynamic.write(&object).unwrap(), pages(levels));
        assert_eq!(dynamic.from_json(&object.to_json()).unwrap(), object);
        assert_eq!(dynamic.read(&pages(levels + 1)).unwrap_err().kind(), ErrorKind::TooDeep);
    });
}

/// JSON may be nested deeper than any object.
#[test]
fn the_stated_stack_is_enough_for_json_as_deep_as_it_is_read_from_text() {
    with_stack(STACK_BYTES, || {
        let arrays = (0..60)
            .fold(json!({"_": "jsonNull"}), |inner, _| json!({"_": "jsonArray", "value": [inner]}))
            .to_string();
        let json: serde_json::Value = serde_json::from_str(&arrays).unwrap();
        let dynamic = Dynamic::new(&API).unwrap();
        let object = dynamic.from_json(&json).unwrap();
        assert_eq!(dynamic.write(&object).unwrap_err().fault(), &tl_dynamic::Fault::TooDeep);
    });
}
