//! Every bound of the server, with its reason. A test server faces clients under development: they send anything.

use std::time::Duration;

/// The longest frame that a client may send. The largest container that a real client makes is just above 1 MiB
/// (Telethon: 1,044,456 bytes); nothing that this server understands is longer.
pub const MAX_REQUEST_BYTES: usize = 2 << 20;

/// The longest body that a client's `gzip_packed` may unfold to: as much as it could send in the open.
pub const MAX_INFLATED_BYTES: u64 = 2 << 20;

/// Messages in one container (protocol, "Containers": 1024; clients keep to 1000 or 1020).
pub const MAX_CONTAINER_MESSAGES: usize = 1024;

/// Message ids in one service message (`msgs_ack`, `msgs_state_req`, `msg_resend_req`).
pub const MAX_SERVICE_IDS: usize = 8192;

/// How long a connection may take to send its first whole frame, and any later frame once it has begun.
pub const FRAME_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a connection may stay silent. Clients ping at least once a minute or two.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(600);

/// How long the peer may take to accept what was written: a peer that does not read is not served.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(60);

/// Connections of one port at one time, unless the configuration says otherwise; further ones are closed at once.
pub const MAX_CONNECTIONS: usize = 4096;

/// Connections of which the server remembers how they spoke: more than a test makes.
pub const MAX_ARRIVALS: usize = 1024;

/// How long the server waits when the system gives it no connection, so that it does not spin while descriptors are short.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long a change waits before it is kept in a file, so that a burst of them is written once.
pub const WRITE_BEHIND: Duration = Duration::from_millis(100);

/// Accounts: as many as there may be auth keys.
pub const MAX_ACCOUNTS: usize = MAX_AUTH_KEYS;

/// Key exchanges in progress; the oldest one makes room.
pub const MAX_HANDSHAKES: usize = 4096;

/// How long the server remembers a key exchange after its first query ("Creating an authorization key", "up to 10
/// minutes").
pub const HANDSHAKE_LIFETIME: Duration = Duration::from_secs(600);

/// Auth keys; the one that was used longest ago makes room.
pub const MAX_AUTH_KEYS: usize = 100_000;

/// Sessions of one auth key; the one that was used longest ago makes room.
pub const MAX_SESSIONS: usize = 64;

/// Received message ids that a session remembers to recognise repetitions.
pub const MAX_SEEN_MESSAGES: usize = 2048;

/// Messages that a session keeps until they are acknowledged.
pub const MAX_UNACKED_MESSAGES: usize = 1024;

/// Bytes of those messages: four of the largest replies that the generator makes.
pub const MAX_UNACKED_BYTES: usize = 64 << 20;

/// A message may be this old ("Message Identifier": 300 seconds) …
pub const MSG_ID_PAST: Duration = Duration::from_secs(300);

/// … or this far ahead of the server's clock.
pub const MSG_ID_FUTURE: Duration = Duration::from_secs(30);

/// A salt is the newest one for half of its life and accepted for all of it.
pub const SALT_LIFETIME: Duration = Duration::from_secs(3600);

/// Salts that `get_future_salts` may ask for.
pub const MAX_FUTURE_SALTS: usize = 64;

/// Results from this size on are sent as `gzip_packed` if that is shorter.
pub const GZIP_FROM_BYTES: usize = 512;

/// Messages up to this size share a container.
pub const MAX_PACKED_BYTES: usize = 32 << 10;

/// Wrong codes before a code is void.
pub const MAX_CODE_ATTEMPTS: u32 = 5;

/// Bytes that a client may add to the salt of a new password: twice as many as it should.
pub const MAX_SALT_BYTES: usize = 64;

/// Characters of the hint at a password (TDLib: 255).
pub const MAX_HINT_CHARS: usize = 255;

/// How long an `srp_id` is good for.
pub const SRP_LIFETIME: Duration = Duration::from_secs(300);

/// Openings that a proxy remembers, to refuse them the second time: more than a test makes.
pub const MAX_SEEN_OPENINGS: usize = 1024;

/// The longest hello of a client that looks like TLS. Browsers' are below 2 KiB; a record ends at 16 KiB.
pub const MAX_HELLO_BYTES: usize = 5 + (16 << 10);

/// The longest record of a client that looks like TLS (TLS 1.3: 2¹⁴ bytes and 256 of expansion).
pub const MAX_TLS_RECORD_BYTES: usize = (16 << 10) + 256;

/// How far ahead of the server the clock in such a hello may be (as the proxies in use have it) …
pub const MAX_HELLO_EARLY_SECS: i64 = 20 * 60;

/// … and how far behind.
pub const MAX_HELLO_LATE_SECS: i64 = 10 * 60;

/// The longest line of the admin socket, with its end.
pub const MAX_ADMIN_LINE_BYTES: u64 = 64 << 10;

/// Connections of the admin socket at one time; further ones wait.
pub const MAX_ADMIN_CONNECTIONS: usize = 64;

/// Contacts that one `contacts.importContacts` saves; the rest comes back in `retry_contacts`. Telegram publishes no
/// number; some hundreds is what clients report for accounts in use.
pub const MAX_CONTACTS_IN_IMPORT: usize = 500;

/// Characters of a saved first or last name (TDLib: 64).
pub const MAX_NAME_CHARS: usize = 64;

/// Characters of a note about a contact (client configuration: `contact_note_length_limit`).
pub const MAX_NOTE_CHARS: usize = 128;

/// Login tokens in use, and exported logins on their way; the one that expires first makes room.
pub const MAX_LOGIN_TOKENS: usize = 1_000;
/// See [`MAX_LOGIN_TOKENS`].
pub const MAX_EXPORTS: usize = 1_000;

/// Messages of user 777000 that an account keeps for clients that missed them; the oldest one makes room, and who missed that
/// one is told to begin anew. A test pushes a few.
pub const MAX_SERVICE_MESSAGES: usize = 100;

/// Data centres in one process.
pub const MAX_DCS: usize = 5;
