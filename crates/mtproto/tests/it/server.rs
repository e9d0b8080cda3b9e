//! A server, as small as the tests need it, written from the protocol's text and sharing only `mtproto::crypto` and the
//! codec with the client.

pub(crate) mod keys;
