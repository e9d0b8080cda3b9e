//! Every part of a typed value, the lazy ones read: what was checked when the value was read can be read when it is asked for.

use tl_codec::{Bare, BareVecRef, Decode, Lazy, RawBytes, RawObject, Str, VecRef};

/// A part of a typed value.
pub(crate) trait Walk {
    /// Reads everything in it. Panics at a part that was taken for a value and is none.
    fn walk(&self);
}

macro_rules! plain {
    ($($ty:ty),*) => {$(
        impl Walk for $ty {
            fn walk(&self) {}
        }
    )*};
}

plain!(u32, i32, i64, f64, bool, [u8; 16], [u8; 32], &[u8], RawObject<'_>, RawBytes, String, Vec<u8>);

impl Walk for Str<'_> {
    fn walk(&self) {
        // the two judges of a text
        assert_eq!(self.to_str().is_ok(), self.check().is_ok());
    }
}

impl<T: Walk> Walk for Option<T> {
    fn walk(&self) {
        self.iter().for_each(Walk::walk);
    }
}

impl<T: Walk> Walk for Box<T> {
    fn walk(&self) {
        (**self).walk();
    }
}

impl<T: Walk> Walk for Vec<T> {
    fn walk(&self) {
        self.iter().for_each(Walk::walk);
    }
}

impl<T: Walk> Walk for Bare<T> {
    fn walk(&self) {
        self.0.walk();
    }
}

impl<'a, T: Decode<'a> + Walk> Walk for Lazy<'a, T> {
    fn walk(&self) {
        self.read().expect("it was checked with its parent").walk();
    }
}

impl<'a, T: Decode<'a> + Walk> Walk for VecRef<'a, T> {
    fn walk(&self) {
        let items = self.iter().inspect(Walk::walk).count();
        assert_eq!(items, self.len());
    }
}

impl<'a, T: Decode<'a> + Walk> Walk for BareVecRef<'a, T> {
    fn walk(&self) {
        (**self).walk();
    }
}
