//! Every bound of this crate beside the codec's ([`tl_codec::limits`]), with its reason. Each is tested on both sides.

/// How many items that take no bytes (`vector<%empty>`, where `empty` has no fields) an object may have, over all of its
/// vectors together.
///
/// No number of bytes bounds them, so that a count alone would fill the memory. Telegram's schemas have no such vector.
pub const MAX_EMPTY_ITEMS: usize = 1024;

/// For how many items of a vector there is room before the first one was read.
pub(crate) const MAX_RESERVED_ITEMS: usize = 64;
