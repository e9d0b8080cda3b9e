//! Every generated type, with what the tests do to it.

mod api;
#[cfg(feature = "full")]
mod full;
mod mtproto;

use tl_codec::{Decode, DecodeError, Encode};
use tl_dynamic::Dynamic;

use crate::sample::Source;
use crate::{API, MTPROTO};

/// What stands inside a wrapper.
pub(crate) type Query = tl_api::functions::contacts::GetSaved;

/// A generated type.
pub(crate) struct Entry {
    /// Its name in the schema.
    pub(crate) name: &'static str,
    /// Makes an owned value and writes it.
    pub(crate) sample: fn(&mut Source) -> Vec<u8>,
    /// The length of the owned type's default value.
    pub(crate) default_len: fn() -> usize,
    /// Reads the borrowed form and writes it again.
    pub(crate) rewrite: fn(&[u8]) -> Rewritten,
}

/// What the borrowed form made of some bytes.
pub(crate) struct Rewritten {
    pub(crate) min_len: usize,
    pub(crate) result: Result<Vec<u8>, DecodeError>,
}

/// The generated types and their schemas.
pub(crate) fn lists() -> Vec<(Dynamic<'static>, Vec<&'static Entry>)> {
    vec![
        (Dynamic::new(&API).unwrap(), api::STRUCTS.iter().chain(api::ENUMS).collect()),
        (Dynamic::new(&MTPROTO).unwrap(), mtproto::STRUCTS.iter().chain(mtproto::ENUMS).collect()),
        #[cfg(feature = "full")]
        (Dynamic::new(&API).unwrap(), full::STRUCTS.iter().chain(full::ENUMS).collect()),
    ]
}

pub(crate) fn write<T: Encode>(value: &T) -> Vec<u8> {
    let bytes = value.to_bytes();
    assert_eq!(value.encoded_len(), bytes.len());
    assert_eq!(bytes.capacity(), bytes.len(), "one buffer of the exact size, never reallocated");
    bytes
}

pub(crate) fn rewrite<'a, T: Decode<'a> + Encode>(
    bytes: &'a [u8],
    read: fn(&'a [u8]) -> Result<T, DecodeError>,
) -> Rewritten {
    Rewritten { min_len: T::MIN_LEN, result: read(bytes).map(|value| write(&value)) }
}

/// An [`Entry`], and how an owned value is made.
macro_rules! structs {
    ($($name:literal, $owned:ty, $($borrowed:ident)::+ { $($field:ident),* }
        $(rare $rare:ty { $($rare_field:ident),* })?;)*) => {
        $(impl crate::sample::Sample for $owned {
            fn sample(_source: &mut crate::sample::Source) -> Self {
                Self { $($field: crate::sample::Sample::sample(_source),)* }
            }
        }
        $(impl crate::sample::Sample for $rare {
            fn sample(source: &mut crate::sample::Source) -> Self {
                Self { $($rare_field: crate::sample::Sample::sample(source),)* }
            }
        })?)*
        super::entries!(STRUCTS: $($name, $owned, $($borrowed)::+;)*);
    };
}

macro_rules! enums {
    ($($name:literal, $owned:ty, $($borrowed:ident)::+ { $($variant:ident),* };)*) => {
        $(impl crate::sample::Sample for $owned {
            fn sample(source: &mut crate::sample::Source) -> Self {
                const VARIANTS: &[fn(&mut crate::sample::Source) -> $owned] =
                    &[$(|source| <$owned>::$variant(crate::sample::Sample::sample(source)),)*];
                if source.is_deep() {
                    return Self::default();
                }
                let chosen = VARIANTS[source.below(VARIANTS.len())];
                source.inside(chosen)
            }
        })*
        super::entries!(ENUMS: $($name, $owned, $($borrowed)::+;)*);
    };
}

macro_rules! entries {
    ($list:ident: $($name:literal, $owned:ty, $($borrowed:ident)::+;)*) => {
        pub(crate) const $list: &[super::Entry] = {
            use tl_codec::Decode as _;
            &[$(super::Entry {
            name: $name,
            sample: |source| super::write(&<$owned as crate::sample::Sample>::sample(source)),
            default_len: || super::write(&<$owned>::default()).len(),
            rewrite: |bytes| super::rewrite(bytes, $($borrowed)::+::from_bytes),
        },)*]
        };
    };
}

use {entries, enums, structs};
