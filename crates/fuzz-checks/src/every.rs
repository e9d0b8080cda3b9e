//! Every generated type, from the lists that the generator writes beside them.

#[path = "../../tl-dynamic/tests/it/every/api.rs"]
mod api;
#[cfg(feature = "full")]
#[path = "../../tl-dynamic/tests/it/every/full.rs"]
mod full;
#[path = "../../tl-dynamic/tests/it/every/mtproto.rs"]
mod mtproto;

use std::collections::HashMap;
use std::sync::LazyLock;

use tl_codec::{Decode, DecodeError, Encode};
use tl_dynamic::Dynamic;
use tl_schema::Schema;
use tl_schema::ast::Section;

use crate::walk::Walk;

/// What stands inside a wrapper.
pub(crate) type Query = tl_api::functions::contacts::GetSaved;

/// A generated type.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    /// Reads the borrowed form and every part of it.
    pub(crate) read: fn(&[u8]) -> Result<(), DecodeError>,
    /// The same, and writes it again.
    pub(crate) rewrite: fn(&[u8]) -> Result<Vec<u8>, DecodeError>,
}

/// A generated type, by its owned form.
trait Listed {
    const ENTRY: Entry;
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

/// `schema/api.tl` and `schema/mtproto.tl`, as texts.
pub(crate) const API: &str = include_str!("../../../schema/api.tl");
pub(crate) const MTPROTO: &str = include_str!("../../../schema/mtproto.tl");

/// The same with their types: of the API those that the export uses, and with the feature `full` all of them too.
pub(crate) static KNOWN: LazyLock<[Known; 2]> = LazyLock::new(|| {
    let api = [
        (api::STRUCTS, api::ENUMS),
        #[cfg(feature = "full")]
        (full::STRUCTS, full::ENUMS),
    ];
    [known(API, &api), known(MTPROTO, &[(mtproto::STRUCTS, mtproto::ENUMS)])]
});

/// The structs and the enums of a generated module.
type Lists = (&'static [Entry], &'static [Entry]);

fn known(text: &str, modules: &[Lists]) -> Known {
    // read once, for the length of the program
    let schema = Box::leak(Box::new(Schema::parse(text).expect("the schema")));
    let dynamic = Dynamic::new(schema).expect("the schema");
    let by_name = |list: fn(&Lists) -> &'static [Entry]| {
        let mut entries: HashMap<&str, Vec<&'static Entry>> = HashMap::new();
        for entry in modules.iter().flat_map(list) {
            entries.entry(entry.name).or_default().push(entry);
        }
        entries
    };
    let (structs, enums) = (by_name(|(structs, _)| structs), by_name(|(_, enums)| enums));
    let mut by_id: HashMap<u32, Vec<&'static Entry>> = HashMap::new();
    for found in dynamic.index().declarations() {
        let is_type = found.section == Section::Types;
        let own = structs.get(found.name.to_string().as_str());
        let among = enums.get(found.result.name.to_string().as_str()).filter(|_| is_type);
        by_id.entry(found.wire_id()).or_default().extend(own.into_iter().chain(among).flatten());
    }
    Known { dynamic, by_id }
}

fn rewrite<'a, T: Decode<'a> + Encode + Walk>(
    bytes: &'a [u8],
    read: fn(&'a [u8]) -> Result<T, DecodeError>,
) -> Result<Vec<u8>, DecodeError> {
    let value = read(bytes)?;
    value.walk();
    let written = value.to_bytes();
    assert_eq!(value.encoded_len(), written.len());
    Ok(written)
}

/// An [`Entry`], and the walk through the form that is read.
macro_rules! structs {
    ($($name:literal, $owned:ty, $($borrowed:ident)::+ { $($field:ident),* }
        $(rare $rare:ty { $($rare_field:ident),* })? $(borrowed $read:ty { $($fields:tt)* })?;)*) => {
        $(super::walks!({ $($field),* } $owned $(, $read { $($fields)* })?);)*
        super::entries!(STRUCTS: $($name, $owned, $($borrowed)::+;)*);
    };
}

macro_rules! enums {
    ($($name:literal, $owned:ty, $($borrowed:ident)::+ { $($variant:ident),* } $(borrowed $read:ty)?;)*) => {
        $(super::walks!({ | $($variant)|* } $owned $(, $read)?);)*
        super::entries!(ENUMS: $($name, $owned, $($borrowed)::+;)*);
    };
}

/// The form that is read is the owned one where there is no other.
macro_rules! walks {
    ({ $($owned_field:ident),* } $owned:ty, $read:ty { $($field:ident $(($($no_argument:tt)?))?),* }) => {
        impl crate::walk::Walk for $read {
            fn walk(&self) {
                $(self.$field $(($($no_argument)?))?.walk();)*
            }
        }
    };
    ({ $($field:ident),* } $owned:ty) => {
        impl crate::walk::Walk for $owned {
            fn walk(&self) {
                $(self.$field.walk();)*
            }
        }
    };
    ({ | $($variant:ident)|* } $owned:ty, $read:ty) => {
        super::walks!({ | $($variant)|* } $read);
    };
    ({ | $($variant:ident)|* } $enum:ty) => {
        impl crate::walk::Walk for $enum {
            fn walk(&self) {
                match self {
                    $(Self::$variant(inner) => inner.walk(),)*
                    _ => {}
                }
            }
        }
    };
}

/// Each entry stands in an item of its own: thousands of functions in one keep the compiler busy for minutes.
macro_rules! entries {
    ($list:ident: $($name:literal, $owned:ty, $($borrowed:ident)::+;)*) => {
        $(impl super::Listed for $owned {
            const ENTRY: super::Entry = {
                use tl_codec::Decode as _;
                use crate::walk::Walk as _;
                super::Entry {
                    name: $name,
                    read: |bytes| $($borrowed)::+::from_bytes(bytes).map(|value| value.walk()),
                    rewrite: |bytes| super::rewrite(bytes, $($borrowed)::+::from_bytes),
                }
            };
        })*
        pub(crate) const $list: &[super::Entry] = &[$(<$owned as super::Listed>::ENTRY,)*];
    };
}

use {entries, enums, structs, walks};
