//! Reading alone, for whoever measures it.

use crate::every::KNOWN;

/// Reads the bytes with the schema's reader; whether they are an object.
pub fn by_schema(bytes: &[u8]) -> bool {
    KNOWN.iter().any(|known| known.dynamic.read(bytes).is_ok())
}

/// How many generated types can begin with the id at the start of the bytes, and how many of them take the bytes; every part
/// of those is read.
pub fn typed(bytes: &[u8]) -> (usize, usize) {
    let Some(id) = bytes.first_chunk().map(|id| u32::from_le_bytes(*id)) else { return (0, 0) };
    let types = KNOWN.iter().flat_map(|known| known.types(id));
    types.fold((0, 0), |(known, taken), entry| (known + 1, taken + usize::from((entry.read)(bytes).is_ok())))
}
