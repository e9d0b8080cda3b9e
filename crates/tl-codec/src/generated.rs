//! What is the same for every generated type: the boxed half of a combinator, and types with several constructors.
//!
//! The macros keep the generated files short; the fields, their documentation and the order of reading and writing
//! stand there in full.

/// Appends numbers that follow one another, with one look at the buffer's room.
#[doc(hidden)]
#[macro_export]
macro_rules! numbers {
    ($out:ident, $len:literal, $($number:expr),+) => {{
        let mut block = [0; $len];
        let room = block.as_mut_slice();
        $(let room = $crate::put($number.to_le_bytes(), room);)+
        debug_assert!(room.is_empty());
        $out.extend_from_slice(&block);
    }};
}

/// Puts bytes at the front of a place that is long enough; what is left of it.
#[doc(hidden)]
#[inline]
pub fn put<const N: usize>(bytes: [u8; N], room: &mut [u8]) -> &mut [u8] {
    match room.split_first_chunk_mut() {
        Some((front, room)) => {
            *front = bytes;
            room
        }
        None => &mut [],
    }
}

/// Implements the boxed form of a combinator from its bare form: `Constructor`, `Encode`, `Decode` and `Shape`.
///
/// For generated code. `plain` is a combinator whose owned form borrows nothing and has no flags: it is its own
/// borrowed form.
#[doc(hidden)]
#[macro_export]
macro_rules! combinator {
    (plain $owned:ident, $id:literal, $name:literal) => {
        $crate::combinator!(@named [] $owned, $id, $name);
        $crate::combinator!(@encode [] $owned);
        $crate::combinator!(@decode [] $owned);
        impl $crate::Shape for $owned {
            type Ref<'a> = $owned;
        }
    };
    // stands in vectors of thousands: decoded where it is used, as handing a value on costs its copies
    (hot $owned:ident, $borrowed:ident $(<$lt:lifetime>)?, $id:literal, $name:literal) => {
        $crate::combinator!(@both [(always)] $owned, $borrowed $(<$lt>)?, $id, $name);
    };
    ($owned:ident, $borrowed:ident $(<$lt:lifetime>)?, $id:literal, $name:literal) => {
        $crate::combinator!(@both [] $owned, $borrowed $(<$lt>)?, $id, $name);
    };
    (@both [$($inline:tt)?] $owned:ident, $borrowed:ident $(<$lt:lifetime>)?, $id:literal, $name:literal) => {
        $crate::combinator!(@named [] $owned, $id, $name);
        $crate::combinator!(@encode [] $owned);
        $crate::combinator!(@named [$($lt)?] $borrowed $(<$lt>)?, $id, $name);
        $crate::combinator!(@encode [$($lt)?] $borrowed $(<$lt>)?);
        $crate::combinator!(@decode [$($inline)?] $borrowed $(<$lt>)?);
        impl $crate::Shape for $owned {
            type Ref<'a> = $crate::combinator!(@shape $borrowed $($lt)?);
        }
    };
    (generic $owned:ident, $borrowed:ident<$lt:lifetime>, $id:literal, $name:literal) => {
        $crate::combinator!(@named [X] $owned<X>, $id, $name);
        impl<X: $crate::Encode> $crate::Encode for $owned<X> {
            $crate::combinator!(@encode_body);
        }
        $crate::combinator!(@named [$lt] $borrowed<$lt>, $id, $name);
        $crate::combinator!(@encode [$lt] $borrowed<$lt>);
        $crate::combinator!(@decode [] $borrowed<$lt>);
    };
    (@named [$($param:tt)?] $ty:ty, $id:literal, $name:literal) => {
        impl<$($param)?> $crate::Constructor for $ty {
            const ID: u32 = $id;
            const NAME: &'static str = $name;
        }
    };
    (@encode [$($param:tt)?] $ty:ty) => {
        impl<$($param)?> $crate::Encode for $ty {
            $crate::combinator!(@encode_body);
        }
    };
    (@encode_body) => {
        fn encoded_len(&self) -> usize {
            4 + $crate::EncodeBare::bare_len(self)
        }

        fn encode(&self, out: &mut $crate::Buffer) {
            <u32 as $crate::Encode>::encode(&<Self as $crate::Constructor>::ID, out);
            $crate::EncodeBare::encode_bare(self, out);
        }
    };
    (@decode [$($inline:tt)?] $ty:ident $(<$lt:lifetime>)?) => {
        impl<'a> $crate::Decode<'a> for $crate::combinator!(@shape $ty $($lt)?) {
            const MIN_LEN: usize = 4 + <Self as $crate::DecodeBare<'a>>::MIN_LEN;

            #[inline $($inline)?]
            fn decode(reader: &mut $crate::Reader<'a>) -> Result<Self, $crate::DecodeError> {
                reader.constructor(<Self as $crate::Constructor>::ID, <Self as $crate::Constructor>::NAME)?;
                <Self as $crate::DecodeBare<'a>>::decode_bare(reader)
            }
        }
    };
    (@shape $ty:ident) => { $ty };
    (@shape $ty:ident $lt:lifetime) => { $ty<'a> };
}

/// Implements `Encode`, `Decode` and `Shape` for a type with several constructors, and `From` for each of them.
///
/// For generated code. `plain` is a type all of whose constructors are plain.
#[doc(hidden)]
#[macro_export]
macro_rules! boxed_type {
    (plain $owned:ident, $name:literal, $min_len:literal,
        { $($variant:ident($($path:ident)::+),)+ }) => {
        $crate::boxed_type!(@encode $owned, { $($variant)+ });
        $(impl From<$($path)::+> for $owned {
            fn from(value: $($path)::+) -> Self {
                Self::$variant(value)
            }
        })+
        $crate::boxed_type!(@decode [] $owned, $name, $min_len, { $($variant($($path)::+),)+ });
        impl $crate::Shape for $owned {
            type Ref<'a> = $owned;
        }
    };
    // one of the constructors is hot: it is decoded where it is used, because handing a large value on costs its copies
    (hot $($rest:tt)+) => {
        $crate::boxed_type!(@borrowed [always] $($rest)+);
    };
    // no constructor has more than a word behind its id: both are read at once, and which one it is costs no branch,
    // because nobody can predict it
    (words $owned:ident, $borrowed:ident, $name:literal, $min_len:literal, { $($variant:ident($($path:ident)::+),)+ },
        |$word:ident, $value:ident| {
            $($at:literal, $words:literal: $read:expr, $nothing:expr => $write:expr, $no_ref:expr => $write_ref:expr;)+
        }) => {
        $crate::boxed_type!(@from $owned, $borrowed, { $($variant($($path)::+),)+ });
        $crate::boxed_type!(@encode_words $owned, { $($variant($($path)::+) $words, |$value| $nothing, $write;)+ });
        $crate::boxed_type!(@encode_words $borrowed, { $($variant($($path)::+) $words, |$value| $no_ref, $write_ref;)+ });
        impl<'a> $crate::Decode<'a> for $borrowed {
            const MIN_LEN: usize = $min_len;

            #[inline(always)]
            fn decode(reader: &mut $crate::Reader<'a>) -> Result<Self, $crate::DecodeError> {
                const IDS: [u32; [$($at),+].len()] = [$(<$($path)::+ as $crate::Constructor>::ID),+];

                // by value: a reader whose address is handed on cannot stay in registers
                #[cold]
                #[inline(never)]
                fn one_by_one(mut behind: $crate::Reader<'_>) -> Result<(&[u8], $borrowed), $crate::DecodeError> {
                    let reader = &mut behind;
                    let value = $crate::boxed_type!(@one_by_one reader, $borrowed, $name, { $($variant($($path)::+),)+ })?;
                    Ok((behind.take_rest(), value))
                }

                if let Some(([id, $word], [behind_id, behind_word])) = reader.two_words() {
                    const PLACES: $crate::Places<{ IDS.len() }> = $crate::Places::new(IDS);
                    let known = match PLACES.of(id) {
                        $($at => Some(Self::$variant($read)),)+
                        _ => None,
                    };
                    if let Some(value) = known {
                        // a move, neither a branch nor a sum: where the next value begins is what all else waits for
                        let alone = $crate::stands_alone(&IDS, [$($words),+], id);
                        reader.skip_to(core::hint::select_unpredictable(alone, behind_id, behind_word));
                        return Ok(value);
                    }
                }
                let (rest, value) = one_by_one(*reader)?;
                reader.skip_to(rest);
                Ok(value)
            }
        }
    };
    (@both $owned:ident, $borrowed:ident $(<$lt:lifetime>)?, { $($variant:ident($($path:ident)::+),)+ }) => {
        $crate::boxed_type!(@from $owned, $borrowed $(<$lt>)?, { $($variant($($path)::+),)+ });
        $crate::boxed_type!(@encode $owned, { $($variant)+ });
        $crate::boxed_type!(@encode $borrowed $(<$lt>)?, { $($variant)+ });
    };
    (@from $owned:ident, $borrowed:ident $(<$lt:lifetime>)?, { $($variant:ident($($path:ident)::+),)+ }) => {
        $(impl From<$($path)::+> for $owned {
            fn from(value: $($path)::+) -> Self {
                Self::$variant(value)
            }
        })+
        impl $crate::Shape for $owned {
            type Ref<'a> = $crate::combinator!(@shape $borrowed $($lt)?);
        }
    };
    (@one_by_one $reader:ident, $ty:ident, $name:literal, { $($variant:ident($($path:ident)::+),)+ }) => {{
        let before = *$reader;
        match $reader.word()? {
            $(<$($path)::+ as $crate::Constructor>::ID => {
                $crate::DecodeBare::decode_bare($reader).map($ty::$variant)
            })+
            got => Err(before.unknown_constructor($name, got)),
        }
    }};
    (@borrowed [$($inline:ident)?]
        $owned:ident, $borrowed:ident $(<$lt:lifetime>)?, $name:literal, $min_len:literal,
        { $($variant:ident($($path:ident)::+),)+ }) => {
        $crate::boxed_type!(@both $owned, $borrowed $(<$lt>)?, { $($variant($($path)::+),)+ });
        $crate::boxed_type!(@decode [$($inline)?] $borrowed $(<$lt>)?, $name, $min_len, { $($variant($($path)::+),)+ });
    };
    (@encode_words $ty:ident, { $($variant:ident($($path:ident)::+) $words:literal, |$value:ident| $nothing:expr, $write:expr;)+ }) => {
        impl $crate::Encode for $ty {
            #[inline]
            fn encoded_len(&self) -> usize {
                match self {
                    $(Self::$variant(_) => 4 + 4 * $words,)+
                }
            }

            #[inline]
            fn encode(&self, out: &mut $crate::Buffer) {
                let (id, words) = match self {
                    $(Self::$variant(_) => (<$($path)::+ as $crate::Constructor>::ID, $words),)+
                };
                let mut word = 0;
                $(
                    let $value = match self {
                        Self::$variant(value) => Some(value),
                        _ => None,
                    };
                    let $value = $crate::or_empty($value, &$nothing);
                    let _ = $value;
                    word |= $write;
                )+
                $crate::encode_words([id, word], words, out);
            }
        }
    };
    (@encode $ty:ident $(<$lt:lifetime>)?, { $($variant:ident)+ }) => {
        impl $(<$lt>)? $crate::Encode for $ty $(<$lt>)? {
            fn encoded_len(&self) -> usize {
                match self {
                    $(Self::$variant(value) => $crate::Encode::encoded_len(value),)+
                }
            }

            fn encode(&self, out: &mut $crate::Buffer) {
                match self {
                    $(Self::$variant(value) => $crate::Encode::encode(value, out),)+
                }
            }
        }
    };
    (@decode [$($inline:ident)?] $ty:ident $(<$lt:lifetime>)?, $name:literal, $min_len:literal,
        { $($variant:ident($($path:ident)::+),)+ }) => {
        impl<'a> $crate::Decode<'a> for $crate::combinator!(@shape $ty $($lt)?) {
            const MIN_LEN: usize = $min_len;

            #[inline $(($inline))?]
            fn decode(reader: &mut $crate::Reader<'a>) -> Result<Self, $crate::DecodeError> {
                $crate::boxed_type!(@one_by_one reader, $ty, $name, { $($variant($($path)::+),)+ })
            }
        }
    };
    ($($rest:tt)+) => {
        $crate::boxed_type!(@borrowed [] $($rest)+);
    };
}
