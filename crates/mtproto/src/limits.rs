//! Every bound on what a peer may send or make us keep, with its reason. Each is tested on both sides.

/// The longest frame body that is read.
///
/// An address book of 100,000 contacts is about 15 MB; the `bytes` field of `gzip_packed` ends at 16 MiB; Telegram
/// Desktop reads up to 16 MiB. Half as much again leaves room without letting a server fill the memory.
pub const MAX_FRAME_BYTES: usize = 24 << 20;

/// The longest frame body that is written: servers and TDLib end at 2²⁴ bytes.
pub const MAX_SENT_FRAME_BYTES: usize = (1 << 24) - 4;

/// The shortest frame body that can be a message; shorter ones are control messages (transport errors, quick acks).
pub const MIN_MESSAGE_FRAME_BYTES: usize = 16;

/// Fewest bytes of padding in an encrypted message ("Description", MTProto 2.0).
pub const MIN_PADDING_BYTES: usize = 12;

/// Most bytes of padding in an encrypted message.
pub const MAX_PADDING_BYTES: usize = 1024;

/// How often a server may answer `dh_gen_retry`. It happens when two of 2⁶⁴ key ids meet: once is luck, five times is a
/// server that does not want to end.
pub const MAX_DH_GEN_RETRIES: u32 = 5;
