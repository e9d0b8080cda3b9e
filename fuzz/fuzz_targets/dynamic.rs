//! The generated types against the reader that knows only the schema: they agree on what is a value and what is not.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use tl_api::{enums, types};
use tl_codec::Decode;
use tl_dynamic::Dynamic;
use tl_schema::Schema;

fn dynamic() -> &'static Dynamic<'static> {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    static DYNAMIC: OnceLock<Dynamic<'static>> = OnceLock::new();
    DYNAMIC.get_or_init(|| {
        let schema = SCHEMA.get_or_init(|| Schema::parse(include_str!("../../schema/api.tl")).expect("the schema"));
        Dynamic::new(schema).expect("the schema")
    })
}

fuzz_target!(|bytes: &[u8]| {
    let object = dynamic().read(bytes);
    if let Ok(object) = &object {
        let _ = object.to_json();
        let written = dynamic().write(object).expect("what was read can be written");
        assert_eq!(dynamic().read(&written).as_ref().ok(), Some(object));
    }
    let typed = match object.as_ref().map(|object| object.name()).as_deref() {
        Ok("contacts.contacts") => types::contacts::ContactsRef::from_bytes(bytes).is_ok(),
        Ok("user") => types::UserRef::from_bytes(bytes).is_ok(),
        Ok("config") => types::ConfigRef::from_bytes(bytes).is_ok(),
        Ok("account.password") => types::account::PasswordRef::from_bytes(bytes).is_ok(),
        Ok("auth.sentCode") => enums::auth::SentCodeRef::from_bytes(bytes).is_ok(),
        _ => return,
    };
    assert!(typed, "the generated type refuses what the schema allows");
});
