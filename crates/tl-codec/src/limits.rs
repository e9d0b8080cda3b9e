//! Every bound of the codec, with its reason. Each is tested on both sides.

/// How deep boxed values may nest inside each other.
///
/// The deepest real objects (rich text in page blocks) stay below twenty levels; sixty-four leaves room and keeps the
/// stack small (a level costs well under a kilobyte), so that a hostile reply cannot overflow it.
pub const MAX_DEPTH: u16 = 64;

/// The longest `string` or `bytes` that TL can carry: the length has three bytes ("Binary data serialization",
/// section "Base types").
pub const MAX_BYTES_LEN: usize = 0x00ff_ffff;

/// How many type names an error's path keeps; deeper ones are left out at the outer end.
pub const MAX_PATH_LEN: usize = 16;
