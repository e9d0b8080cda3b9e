//! Every generated type, with what the tests do to it.

mod api;
#[cfg(feature = "full")]
mod full;
mod mtproto;

use tl_codec::{Decode, DecodeError, Encode};
use tl_dynamic::{Dynamic, Value};

use crate::matches::{Against, Matches};
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
    /// Whether the owned value of that seed is the value, field by field.
    pub(crate) owned_matches: fn(&mut Source, &Against<'_>, &Value<'_>) -> bool,
    /// Whether the borrowed form of the bytes is the value, field by field.
    pub(crate) borrowed_matches: fn(&[u8], &Against<'_>, &Value<'_>) -> bool,
    /// The length of the owned type's default value.
    pub(crate) default_len: fn() -> usize,
    /// Reads the borrowed form and writes it again.
    pub(crate) rewrite: fn(&[u8]) -> Rewritten,
}

/// A generated type, by its owned form.
trait Listed {
    const ENTRY: Entry;
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

fn matches(typed: &dyn Matches, against: &Against<'_>, value: &Value<'_>) -> bool {
    typed.matches(against, value)
}

/// An [`Entry`], how an owned value is made, and how both forms are held against a value.
macro_rules! structs {
    ($($name:literal, $owned:ty, $($borrowed:ident)::+ { $($field:ident),* }
        $(rare $rare:ty { $($rare_field:ident),* })?
        $(borrowed $read_as:ty { $($read:ident $(($($no_argument:tt)?))?),* })?;)*) => {
        $(impl crate::sample::Sample for $owned {
            fn sample(_source: &mut crate::sample::Source) -> Self {
                Self {
                    $($field: crate::sample::Sample::sample(_source),)*
                    $(rare: <Option<Box<$rare>> as crate::sample::Sample>::sample(_source),)?
                }
            }
        }
        impl crate::matches::Matches for $owned {
            fn matches(&self, against: &crate::matches::Against<'_>, value: &tl_dynamic::Value<'_>) -> bool {
                let _fields = against.owned($name, value);
                $(_fields.holds(stringify!($field), &self.$field);)*
                $(let rare: Box<$rare> = self.rare.clone().unwrap_or_default();
                $(_fields.holds(stringify!($rare_field), &rare.$rare_field);)*)?
                true
            }
        }
        $(impl crate::sample::Sample for $rare {
            fn sample(source: &mut crate::sample::Source) -> Self {
                Self { $($rare_field: crate::sample::Sample::sample(source),)* }
            }
        })?
        $(impl crate::matches::Matches for $read_as {
            fn matches(&self, against: &crate::matches::Against<'_>, value: &tl_dynamic::Value<'_>) -> bool {
                let _fields = against.borrowed($name, value);
                $(_fields.holds(stringify!($read), &self.$read $(($($no_argument)?))?);)*
                true
            }
        })?)*
        super::entries!(STRUCTS: $($name, $owned, $($borrowed)::+;)*);
    };
}

macro_rules! enums {
    ($($name:literal, $owned:ty, $($borrowed:ident)::+ { $($variant:ident),* } $(borrowed $read:ty)?;)*) => {
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
        }
        super::variants!({ $($variant),* } $owned $(, $read)?);)*
        super::entries!(ENUMS: $($name, $owned, $($borrowed)::+;)*);
    };
}

/// An enum is what its variant is.
macro_rules! variants {
    ($variants:tt $owned:ty, $read:ty) => {
        super::variants!($variants $owned);
        super::variants!($variants $read);
    };
    ({ $($variant:ident),* } $enum:ty) => {
        impl crate::matches::Matches for $enum {
            fn matches(&self, against: &crate::matches::Against<'_>, value: &tl_dynamic::Value<'_>) -> bool {
                match self {
                    $(Self::$variant(inner) => inner.matches(against, value),)*
                    _ => false,
                }
            }
        }
    };
}

/// Each entry stands in an item of its own: thousands of functions in one are more than the compiler does in minutes.
macro_rules! entries {
    ($list:ident: $($name:literal, $owned:ty, $($borrowed:ident)::+;)*) => {
        $(impl super::Listed for $owned {
            const ENTRY: super::Entry = {
                use tl_codec::Decode as _;
                super::Entry {
                    name: $name,
                    sample: |source| super::write(&<$owned as crate::sample::Sample>::sample(source)),
                    owned_matches: |source, against, value| {
                        super::matches(&<$owned as crate::sample::Sample>::sample(source), against, value)
                    },
                    borrowed_matches: |bytes, against, value| {
                        super::matches(&$($borrowed)::+::from_bytes(bytes).unwrap(), against, value)
                    },
                    default_len: || super::write(&<$owned>::default()).len(),
                    rewrite: |bytes| super::rewrite(bytes, $($borrowed)::+::from_bytes),
                }
            };
        })*
        pub(crate) const $list: &[super::Entry] = &[$(<$owned as super::Listed>::ENTRY,)*];
    };
}

use {entries, enums, structs, variants};
