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

/// The longest frame, with what stands around its body, whose memory is kept for the next ones: a few reads of a driver.
/// That of a longer one goes with it, so that one long reply does not fill the memory of a connection for good.
pub const MAX_KEPT_FRAME_BYTES: usize = 64 << 10;

/// Fewest bytes of padding in an encrypted message ("Description", MTProto 2.0).
pub const MIN_PADDING_BYTES: usize = 12;

/// Most bytes of padding in an encrypted message.
pub const MAX_PADDING_BYTES: usize = 1024;

/// How often a server may answer `dh_gen_retry`. It happens when two of 2⁶⁴ key ids meet: once is luck, five times is a
/// server that does not want to end.
pub const MAX_DH_GEN_RETRIES: u32 = 5;

/// What the objects in `gzip_packed` of one envelope may come to once they are unpacked, answers and all others each: above
/// what any frame can carry unpacked, so that packing never makes a reply unreadable, and far below what a hostile archive
/// could fill, or the thousand of them that a frame has room for.
pub const MAX_INFLATED_BYTES: usize = 32 << 20;

/// Most messages in a container that is read: the protocol's own number.
pub const MAX_CONTAINER_MESSAGES: usize = 1024;

/// Most messages in a container that is written: older servers' limit is 1020, and TDLib stays at 1000.
pub const MAX_SENT_CONTAINER_MESSAGES: usize = 1000;

/// A container is closed when the requests in it exceed this many bytes (TDLib's choice); a longer request goes alone.
pub const MAX_SENT_CONTAINER_BYTES: usize = 1 << 15;

/// A request from this length on is packed (`gzip_packed`) if that makes it shorter; the protocol names 255 bytes as what
/// is not worth it.
pub const MIN_PACKED_BYTES: usize = 256;

/// The longest request: what fits into a frame beside the acks of [`MAX_IDS`] messages.
pub const MAX_REQUEST_BYTES: usize = MAX_SENT_FRAME_BYTES - (1 << 17);

/// Most message ids in one object; servers answer longer ones with transport error −429.
pub const MAX_IDS: usize = 8192;

/// How many message ids of the peer are remembered to recognise a repetition (TDLib's number).
pub const REPLAY_WINDOW: usize = 1000;

/// A message of the server that is older than this (by its id) is passed over.
pub const MAX_MESSAGE_AGE: core::time::Duration = core::time::Duration::from_secs(300);

/// A message of the server that is from further in the future than this is passed over.
pub const MAX_MESSAGE_LEAD: core::time::Duration = core::time::Duration::from_secs(30);

/// After a break, a request keeps its message id (so that the server can recognise it) while the id is younger than
/// this; servers refuse ids older than 300 seconds, and TDLib renews them at half of that.
pub const MAX_KEPT_ID_AGE: core::time::Duration = core::time::Duration::from_secs(150);

/// So many received messages without an ack make an ack due at once (the protocol's "more than 16").
pub const MAX_PENDING_ACKS: usize = 16;

/// How often one request is sent again because the server refused its message; each refusal has a reaction that should
/// mend it, so ten are a server that does not want to.
pub const MAX_RESENDS: u32 = 10;

/// How often a session is begun anew without an answer in between.
pub const MAX_SESSION_RESETS: u32 = 5;

/// Most salts that are asked for and taken at once: the protocol's limit, a day and a half of them.
pub const MAX_FUTURE_SALTS: usize = 64;

/// How long a temporary key lives: a day, as Telegram Desktop has it.
pub const KEY_LIFETIME: core::time::Duration = core::time::Duration::from_secs(86_400);

/// So long before a temporary key ends, the next one is made: time for hours without a network.
pub const KEY_RENEWAL_LEAD: core::time::Duration = core::time::Duration::from_secs(2 * 3600);

/// How often another key is asked for once its time has come.
pub const KEY_RENEWAL_RETRY: core::time::Duration = core::time::Duration::from_secs(60);

/// A permanent key that is younger than this may still be unknown to parts of the server: its refusal is not final
/// ("Perfect Forward Secrecy").
pub const YOUNG_KEY_AGE: core::time::Duration = core::time::Duration::from_secs(60);

/// How many former session ids are remembered, so that late messages to them are no breach of the protocol.
pub const MAX_FORMER_SESSIONS: usize = 8;

/// How many of our own service messages and containers are remembered in case the server refuses them; besides, a
/// container is remembered while a request in it is open.
pub const MAX_SENT_RECORDS: usize = 256;

/// How many of our service messages the server may refuse before the connection counts as broken.
pub const MAX_REFUSED_SERVICES: u32 = 100;

/// The longest record of a connection that looks like TLS (TLS 1.3: 2¹⁴ bytes and 256 of expansion).
pub const MAX_TLS_RECORD_BYTES: usize = (16 << 10) + 256;

/// Most handshake records in a proxy's hello; the official proxy sends one, others a few.
pub const MAX_TLS_HELLO_RECORDS: usize = 16;

/// The longest hello of a proxy: a certificate chain is a few KiB.
pub const MAX_TLS_HELLO_BYTES: usize = 64 << 10;

/// The longest domain in a proxy's secret (TDLib's number).
pub const MAX_PROXY_DOMAIN_BYTES: usize = 182;

/// The longest name of a proxy's host (DNS).
pub const MAX_HOST_BYTES: usize = 253;

/// The longest head of an HTTP proxy's answer: servers end at 8 KiB of header lines.
pub const MAX_HTTP_HEAD_BYTES: usize = 8 << 10;

/// The longest message of a WebSocket: servers put a whole frame into one, and TLS' own records are shorter.
pub const MAX_WEBSOCKET_MESSAGE_BYTES: usize = MAX_FRAME_BYTES + 1024;

/// HTTP requests at one time: one that waits for what the server has to say, and a few that do not wait behind it.
/// Browsers have six.
pub const MAX_HTTP_CONNECTIONS: usize = 4;

/// How many sent messages are remembered until their quick acks come.
pub const MAX_QUICK_ACK_TOKENS: usize = 256;

/// How many updates wait for a reader; further ones are lost, and the reader is told so. An export reads none, and a
/// server must not fill the memory with them.
pub const MAX_WAITING_UPDATES: usize = 1024;

/// How many bytes these may have: as many as one of them, so that none is too long to be read.
pub const MAX_WAITING_UPDATE_BYTES: usize = MAX_INFLATED_BYTES;

/// How often in a row a data centre may fail before it is left alone: more than one call's own attempts, so that those
/// end with the reason itself.
pub const BREAKER_FAILURES: u32 = 10;

/// How long a data centre that kept failing is left alone: as long as the longest pause between two attempts.
pub const BREAKER_PAUSE: core::time::Duration = core::time::Duration::from_secs(30);
