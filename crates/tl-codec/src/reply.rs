//! Requests, and replies that own their bytes.

use core::fmt;
use core::marker::PhantomData;

use alloc::vec::Vec;
use bytes::Bytes;

use crate::decode::Decode;
use crate::encode::Encode;
use crate::error::DecodeError;
use crate::str::Str;
use crate::vector::VecRef;

/// What a reply looks like, for any lifetime of its bytes.
pub trait Shape: 'static {
    /// The borrowed form.
    type Ref<'a>: Decode<'a>;
}

/// A request: something that can be written, with the shape of the answer.
///
/// The reply's lifetime is its own and not the request's: a request may borrow strings that are gone when the answer
/// comes.
pub trait Function: Encode {
    /// The type behind the `=` of the declaration.
    type Reply: Shape;
}

impl<F: Function> Function for &F {
    type Reply = F::Reply;
}

/// The body of an answer, owned, with its type.
///
/// It is `'static + Send` and cheap to clone; [`read`](Self::read) borrows from it.
pub struct Reply<S> {
    body: Bytes,
    shape: PhantomData<fn() -> S>,
}

impl<S: Shape> Reply<S> {
    /// Takes the body of an answer (decrypted and un-gzipped, the object's constructor id first).
    pub fn new(body: Bytes) -> Self {
        Self { body, shape: PhantomData }
    }

    /// Reads the answer; it must fill the body.
    ///
    /// # Errors
    /// As [`Decode::from_bytes`].
    pub fn read(&self) -> Result<S::Ref<'_>, DecodeError> {
        S::Ref::from_bytes(&self.body)
    }
}

impl<S> Reply<S> {
    /// The bytes of the answer.
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

impl<S> Clone for Reply<S> {
    fn clone(&self) -> Self {
        Self { body: self.body.clone(), shape: PhantomData }
    }
}

impl<S> fmt::Debug for Reply<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({} bytes)", self.body.len())
    }
}

macro_rules! shapes {
    ($($owned:ty => $borrowed:ty;)*) => {$(
        impl Shape for $owned {
            type Ref<'a> = $borrowed;
        }
    )*};
}

shapes! {
    bool => bool;
    i32 => i32;
    i64 => i64;
    f64 => f64;
    alloc::string::String => Str<'a>;
    crate::RawBytes => crate::RawObject<'a>;
}

impl<S: Shape> Shape for Vec<S> {
    type Ref<'a> = VecRef<'a, S::Ref<'a>>;
}
