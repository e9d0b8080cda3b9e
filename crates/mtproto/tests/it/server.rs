//! A server, as small as the tests need it, written from the protocol's text and sharing only `mtproto::crypto`, the
//! generated types and the codec with the client.

pub(crate) mod binding;
pub(crate) mod envelope;
pub(crate) mod keys;
pub(crate) mod peer;
#[cfg(feature = "test-util")]
pub(crate) mod pipes;
#[cfg(feature = "test-util")]
pub(crate) mod tcp;
