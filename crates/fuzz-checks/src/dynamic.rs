//! The generated types against the reader that knows only the schema: they agree on what is a value and what is not.

#[path = "../../tl-dynamic/tests/it/agreement.rs"]
mod agreement;

use self::agreement::agree;
use crate::every::KNOWN;

pub(crate) fn check(bytes: &[u8]) {
    let Some(id) = bytes.first_chunk().map(|id| u32::from_le_bytes(*id)) else { return };
    for known in &*KNOWN {
        let object = known.dynamic.read(bytes);
        if let Ok(object) = &object {
            let written = known.dynamic.write(object).expect("what was read can be written");
            // by their bytes: a double that is no number is not equal to itself
            let again = known.dynamic.read(&written).expect("what was written can be read");
            assert_eq!(known.dynamic.write(&again).as_ref(), Ok(&written));
            let json = known.dynamic.from_json(&object.to_json()).expect("our own JSON");
            assert_eq!(known.dynamic.write(&json), Ok(written));
        }
        for entry in known.types(id) {
            agree(&known.dynamic, entry.name, bytes, &(entry.rewrite)(bytes), &object);
        }
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    crate::seeds::telethon()
}
