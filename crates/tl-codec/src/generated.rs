//! What is the same for every generated type: the boxed half of a combinator, and types with several constructors.
//!
//! The macros keep the generated files short; the fields, their documentation and the order of reading and writing
//! stand there in full.

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
        $crate::combinator!(@decode $owned);
        impl $crate::Shape for $owned {
            type Ref<'a> = $owned;
        }
    };
    ($owned:ident, $borrowed:ident $(<$lt:lifetime>)?, $id:literal, $name:literal) => {
        $crate::combinator!(@named [] $owned, $id, $name);
        $crate::combinator!(@encode [] $owned);
        $crate::combinator!(@named [$($lt)?] $borrowed $(<$lt>)?, $id, $name);
        $crate::combinator!(@encode [$($lt)?] $borrowed $(<$lt>)?);
        $crate::combinator!(@decode $borrowed $(<$lt>)?);
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
        $crate::combinator!(@decode $borrowed<$lt>);
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
    (@decode $ty:ident $(<$lt:lifetime>)?) => {
        impl<'a> $crate::Decode<'a> for $crate::combinator!(@shape $ty $($lt)?) {
            const MIN_LEN: usize = 4 + <Self as $crate::DecodeBare<'a>>::MIN_LEN;

            #[inline]
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
    (@borrowed [$($inline:ident)?]
        $owned:ident, $borrowed:ident $(<$lt:lifetime>)?, $name:literal, $min_len:literal,
        { $($variant:ident($($path:ident)::+),)+ }) => {
        $crate::boxed_type!(@encode $owned, { $($variant)+ });
        $(impl From<$($path)::+> for $owned {
            fn from(value: $($path)::+) -> Self {
                Self::$variant(value)
            }
        })+
        $crate::boxed_type!(@encode $borrowed $(<$lt>)?, { $($variant)+ });
        $crate::boxed_type!(@decode [$($inline)?] $borrowed $(<$lt>)?, $name, $min_len, { $($variant($($path)::+),)+ });
        impl $crate::Shape for $owned {
            type Ref<'a> = $crate::combinator!(@shape $borrowed $($lt)?);
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
                let before = *reader;
                match reader.word()? {
                    $(<$($path)::+ as $crate::Constructor>::ID => {
                        $crate::DecodeBare::decode_bare(reader).map(Self::$variant)
                    })+
                    got => Err(before.unknown_constructor($name, got)),
                }
            }
        }
    };
    ($($rest:tt)+) => {
        $crate::boxed_type!(@borrowed [] $($rest)+);
    };
}
