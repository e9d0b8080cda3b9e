//! Every generated type, from the lists that the generator writes beside them.

#[path = "../../tl-dynamic/tests/it/every/api.rs"]
mod api;
#[path = "../../tl-dynamic/tests/it/every/mtproto.rs"]
mod mtproto;

use std::collections::HashMap;
use std::sync::LazyLock;

use tl_codec::{Decode, DecodeError, Encode};
use tl_dynamic::Dynamic;
use tl_schema::Schema;
use tl_schema::ast::Section;

/// What stands inside a wrapper.
pub(crate) type Query = tl_api::functions::contacts::GetSaved;

/// A generated type.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    /// Reads the borrowed form.
    pub(crate) read: fn(&[u8]) -> Result<(), DecodeError>,
    /// Reads the borrowed form and writes it again.
    pub(crate) rewrite: fn(&[u8]) -> Result<Vec<u8>, DecodeError>,
}

/// A schema, with the types that were generated from it.
pub(crate) struct Known {
    pub(crate) dynamic: Dynamic<'static>,
    by_id: HashMap<u32, Vec<&'static Entry>>,
}

impl Known {
    /// The types whose values can begin with that id: the combinator's own, and the one that has it among others.
    pub(crate) fn types(&self, id: u32) -> &[&'static Entry] {
        self.by_id.get(&id).map_or(&[], Vec::as_slice)
    }
}

/// `schema/api.tl` and `schema/mtproto.tl`.
pub(crate) static KNOWN: LazyLock<[Known; 2]> = LazyLock::new(|| {
    let api = known(include_str!("../../../schema/api.tl"), api::STRUCTS, api::ENUMS);
    [api, known(include_str!("../../../schema/mtproto.tl"), mtproto::STRUCTS, mtproto::ENUMS)]
});

fn known(text: &str, structs: &'static [Entry], enums: &'static [Entry]) -> Known {
    // read once, for the length of the program
    let schema = Box::leak(Box::new(Schema::parse(text).expect("the schema")));
    let dynamic = Dynamic::new(schema).expect("the schema");
    let mut by_id: HashMap<u32, Vec<&'static Entry>> = HashMap::new();
    for found in dynamic.index().declarations() {
        let is_type = found.section == Section::Types;
        let own = structs.iter().find(|entry| entry.name == found.name.to_string());
        let among = enums.iter().find(|entry| is_type && entry.name == found.result.name.to_string());
        by_id.entry(found.wire_id()).or_default().extend(own.into_iter().chain(among));
    }
    Known { dynamic, by_id }
}

fn rewrite<'a, T: Decode<'a> + Encode>(
    bytes: &'a [u8],
    read: fn(&'a [u8]) -> Result<T, DecodeError>,
) -> Result<Vec<u8>, DecodeError> {
    let value = read(bytes)?;
    let written = value.to_bytes();
    assert_eq!(value.encoded_len(), written.len());
    Ok(written)
}

macro_rules! structs {
    ($($name:literal, $owned:ty, $($borrowed:ident)::+ { $($field:ident),* }
        $(rare $rare:ty { $($rare_field:ident),* })? $(borrowed $read:ty { $($fields:tt)* })?;)*) => {
        super::entries!(STRUCTS: $($name, $owned, $($borrowed)::+;)*);
    };
}

macro_rules! enums {
    ($($name:literal, $owned:ty, $($borrowed:ident)::+ { $($variant:ident),* } $(borrowed $read:ty)?;)*) => {
        super::entries!(ENUMS: $($name, $owned, $($borrowed)::+;)*);
    };
}

macro_rules! entries {
    ($list:ident: $($name:literal, $owned:ty, $($borrowed:ident)::+;)*) => {
        pub(crate) const $list: &[super::Entry] = {
            use tl_codec::Decode as _;
            // the owned forms are for building; here it is enough that they exist
            $(const _: usize = size_of::<$owned>();)*
            &[$(super::Entry {
                name: $name,
                read: |bytes| $($borrowed)::+::from_bytes(bytes).map(drop),
                rewrite: |bytes| super::rewrite(bytes, $($borrowed)::+::from_bytes),
            },)*]
        };
    };
}

use {entries, enums, structs};
