//! Every bound of the codec, with its reason. Each is tested on both sides.

/// How deep boxed values may nest inside each other.
///
/// The deepest real objects (rich text in page blocks) stay below twenty levels; sixty-four leaves room and bounds the
/// stack, so that a hostile reply cannot overflow it. Measured with sixty-four `pageBlockDetails` inside each other: optimised
/// code needs between 64 and 80 KiB, code without any optimisation between 700 and 768 KiB. A thread of Rust's standard library
/// has 2 MiB.
pub const MAX_DEPTH: u16 = 64;

/// The longest `string` or `bytes` that TL can carry: the length has three bytes ("Binary data serialization",
/// section "Base types").
pub const MAX_BYTES_LEN: usize = 0x00ff_ffff;

/// How many steps an error's path keeps; of a longer one the outer end is left out, and an `…` stands there.
pub const MAX_PATH_LEN: usize = 16;
