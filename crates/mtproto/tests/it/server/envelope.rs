//! Envelopes and containers, the server's way.

use mtproto::crypto::kdf::{self, Sender};
use mtproto::crypto::{AuthKey, ige};

const MSG_CONTAINER: u32 = 0x73f1_f8dc;

/// A message with its head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) msg_id: i64,
    pub(crate) seq_no: i32,
    pub(crate) body: Vec<u8>,
}

impl Message {
    pub(crate) fn new(msg_id: i64, seq_no: i32, body: Vec<u8>) -> Self {
        Self { msg_id, seq_no, body }
    }

    /// The constructor id of its body.
    pub(crate) fn id(&self) -> u32 {
        u32::from_le_bytes(self.body[..4].try_into().unwrap())
    }

    /// The messages of a container, or the message itself.
    pub(crate) fn unpacked(self) -> Vec<Self> {
        if self.id() != MSG_CONTAINER {
            return vec![self];
        }
        let mut rest = &self.body[8..];
        let mut messages = Vec::new();
        while !rest.is_empty() {
            let len = usize::try_from(int(&rest[12..])).unwrap();
            messages.push(Self::new(long(rest), int(&rest[8..]), rest[16..16 + len].to_vec()));
            rest = &rest[16 + len..];
        }
        assert_eq!(i32::try_from(messages.len()), Ok(int(&self.body[4..])));
        messages
    }
}

/// What a client's envelope holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FromClient {
    pub(crate) salt: i64,
    pub(crate) session_id: i64,
    pub(crate) message: Message,
}

fn long(bytes: &[u8]) -> i64 {
    i64::from_le_bytes(bytes[..8].try_into().unwrap())
}

fn int(bytes: &[u8]) -> i32 {
    i32::from_le_bytes(bytes[..4].try_into().unwrap())
}

/// Opens a client's envelope, and insists on every rule for its form.
pub(crate) fn open(key: &AuthKey, frame: &[u8]) -> FromClient {
    try_open(key, frame).expect("an envelope that was not changed on its way")
}

/// As [`open`]; `None` if the message key is not that of the message.
pub(crate) fn try_open(key: &AuthKey, frame: &[u8]) -> Option<FromClient> {
    assert_eq!(long(frame), key.id());
    let msg_key: [u8; 16] = frame.get(8..24)?.try_into().unwrap();
    let mut text = frame[24..].to_vec();
    ige::decrypt(&kdf::v2(key, Sender::Client, &msg_key), &mut text).ok()?;
    if kdf::msg_key(&kdf::msg_key_large(key, Sender::Client, &text)) != msg_key {
        return None;
    }
    let len = usize::try_from(int(&text[28..])).unwrap();
    assert!(len % 4 == 0 && (12..=1024).contains(&(text.len() - 32 - len)));
    let message = Message::new(long(&text[16..]), int(&text[24..]), text[32..32 + len].to_vec());
    assert_eq!(message.msg_id % 4, 0, "clients use multiples of four");
    Some(FromClient { salt: long(&text), session_id: long(&text[8..]), message })
}

/// What a server says about a client's envelope at once, if it is asked to: the beginning of the hash that holds the
/// message key, its highest bit set ("Quick ack").
#[cfg(feature = "test-util")]
pub(crate) fn quick_ack(key: &AuthKey, frame: &[u8]) -> [u8; 4] {
    let mut text = frame[24..].to_vec();
    ige::decrypt(&kdf::v2(key, Sender::Client, frame[8..24].try_into().unwrap()), &mut text).unwrap();
    let hash = kdf::msg_key_large(key, Sender::Client, &text);
    [hash[0], hash[1], hash[2], hash[3] | 0x80]
}

/// Seals a server's message.
pub(crate) fn seal(key: &AuthKey, salt: i64, session_id: i64, message: &Message) -> Vec<u8> {
    let mut text = Vec::new();
    text.extend_from_slice(&salt.to_le_bytes());
    text.extend_from_slice(&session_id.to_le_bytes());
    text.extend_from_slice(&message.msg_id.to_le_bytes());
    text.extend_from_slice(&message.seq_no.to_le_bytes());
    text.extend_from_slice(&i32::try_from(message.body.len()).unwrap().to_le_bytes());
    text.extend_from_slice(&message.body);
    text.resize((text.len() + 12).next_multiple_of(16), 0xcc);
    let msg_key = kdf::msg_key(&kdf::msg_key_large(key, Sender::Server, &text));
    ige::encrypt(&kdf::v2(key, Sender::Server, &msg_key), &mut text).unwrap();
    [&key.id().to_le_bytes()[..], &msg_key, &text].concat()
}

/// The body of a container.
pub(crate) fn container(messages: &[Message]) -> Vec<u8> {
    let mut body = MSG_CONTAINER.to_le_bytes().to_vec();
    body.extend_from_slice(&i32::try_from(messages.len()).unwrap().to_le_bytes());
    for message in messages {
        body.extend_from_slice(&message.msg_id.to_le_bytes());
        body.extend_from_slice(&message.seq_no.to_le_bytes());
        body.extend_from_slice(&i32::try_from(message.body.len()).unwrap().to_le_bytes());
        body.extend_from_slice(&message.body);
    }
    body
}
