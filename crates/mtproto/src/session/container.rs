//! `msg_container#73f1f8dc`: several messages in one ("Containers").
//!
//! ```text
//! 73f1f8dc | count: int | msg_id: long | seqno: int | bytes: int | body | msg_id …
//! ```

use bytes::Bytes;
use tl_codec::{DecodeError, Encode as _, Reader};

use crate::limits::MAX_CONTAINER_MESSAGES;
use crate::session::SessionError;

/// `msg_container`
pub(super) const MSG_CONTAINER: u32 = 0x73f1_f8dc;

/// What stands before each body.
const HEAD_BYTES: usize = 16;

/// A message: alone in an envelope, or one of a container.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) msg_id: i64,
    pub(super) seq_no: i32,
    pub(super) body: Bytes,
}

impl core::fmt::Debug for Message {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Message({:#x}, {} bytes)", self.msg_id, self.body.len())
    }
}

/// Takes a container apart; accepted or refused as a whole. `body` starts with the constructor id.
pub(super) fn read(body: &Bytes) -> Result<Vec<Message>, SessionError> {
    let malformed = |source| SessionError::Malformed { name: "msg_container", source };
    let mut reader = Reader::new(body);
    let count = read_count(&mut reader).map_err(malformed)?;
    if count > MAX_CONTAINER_MESSAGES {
        return Err(SessionError::TooMany { name: "msg_container", count, limit: MAX_CONTAINER_MESSAGES });
    }
    let mut messages = Vec::with_capacity(count);
    for _ in 0..count {
        let (msg_id, seq_no, stated) = read_head(&mut reader).map_err(malformed)?;
        if msg_id % 2 == 0 {
            return Err(SessionError::MsgIdParity { msg_id });
        }
        let len = usize::try_from(stated).ok().filter(|len| len.is_multiple_of(4) && *len >= 4);
        let inner = len.and_then(|len| reader.rest().get(..len));
        let refused = SessionError::ContainerBody { stated, available_bytes: reader.remaining() };
        let inner = inner.ok_or(refused)?;
        if inner.first_chunk::<4>() == Some(&MSG_CONTAINER.to_le_bytes()) {
            return Err(SessionError::NestedContainer);
        }
        messages.push(Message { msg_id, seq_no, body: body.slice_ref(inner) });
        reader = skip(reader, inner.len());
    }
    reader.finish("msg_container").map_err(malformed)?;
    Ok(messages)
}

fn read_count(reader: &mut Reader<'_>) -> Result<usize, DecodeError> {
    reader.expect_id(MSG_CONTAINER)?;
    reader.count(HEAD_BYTES)
}

fn read_head(reader: &mut Reader<'_>) -> Result<(i64, i32, i32), DecodeError> {
    Ok((reader.long()?, reader.int()?, reader.int()?))
}

/// The reader behind so many bytes, which were checked to be there.
fn skip(reader: Reader<'_>, len: usize) -> Reader<'_> {
    Reader::new(reader.rest().get(len..).unwrap_or_default())
}

/// The body of a container with these messages.
pub(super) fn write(messages: &[Message]) -> Vec<u8> {
    let len: usize = messages.iter().map(|message| HEAD_BYTES + message.body.len()).sum();
    let mut out = Vec::with_capacity(8 + len);
    MSG_CONTAINER.encode(&mut out);
    as_int(messages.len()).encode(&mut out);
    for message in messages {
        message.msg_id.encode(&mut out);
        message.seq_no.encode(&mut out);
        as_int(message.body.len()).encode(&mut out);
        out.extend_from_slice(&message.body);
    }
    out
}

/// Counts and lengths of what fits into one frame.
fn as_int(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(msg_id: i64, body: &'static [u8]) -> Message {
        Message { msg_id, seq_no: 1, body: Bytes::from_static(body) }
    }

    #[test]
    fn a_container_reads_back_and_an_empty_one_is_legal() {
        let messages = vec![message(5, &[1, 2, 3, 4]), message(7, &[0; 12])];
        assert_eq!(read(&write(&messages).into()), Ok(messages));
        assert_eq!(read(&write(&[]).into()), Ok(vec![]));
    }

    #[test]
    fn every_prefix_is_refused_whole() {
        let good = write(&[message(5, &[1, 2, 3, 4]), message(7, &[0; 12])]);
        for cut in 0..good.len() {
            assert!(read(&Bytes::copy_from_slice(&good[..cut])).is_err(), "{cut}");
        }
    }

    #[test]
    fn the_rules_of_a_container() {
        let body = |edit: fn(&mut Vec<u8>)| {
            let mut wire = write(&[message(5, &[1, 2, 3, 4]), message(7, &[0; 12])]);
            edit(&mut wire);
            read(&wire.into()).unwrap_err()
        };
        assert_eq!(body(|wire| wire[8] = 4), SessionError::MsgIdParity { msg_id: 4 });
        let refused = |stated| SessionError::ContainerBody { stated, available_bytes: 32 };
        assert_eq!(body(|wire| wire[20] = 3), refused(3));
        assert_eq!(body(|wire| wire[20] = 0), refused(0));
        assert_eq!(body(|wire| wire[20] = 36), refused(36));
        assert_eq!(body(|wire| wire[23] = 0x80), refused(i32::MIN + 4));
        assert!(matches!(body(|wire| wire.push(0)), SessionError::Malformed { .. }));
        let inner: &'static [u8] = &[0xdc, 0xf8, 0xf1, 0x73, 0, 0, 0, 0];
        assert_eq!(read(&write(&[message(5, inner)]).into()), Err(SessionError::NestedContainer));
    }

    #[test]
    fn the_number_of_messages_is_limited_on_both_sides() {
        let full = vec![message(5, &[0; 4]); MAX_CONTAINER_MESSAGES];
        assert_eq!(read(&write(&full).into()).map(|messages| messages.len()), Ok(MAX_CONTAINER_MESSAGES));
        let more = vec![message(5, &[0; 4]); MAX_CONTAINER_MESSAGES + 1];
        let error = read(&write(&more).into()).unwrap_err();
        assert!(matches!(error, SessionError::TooMany { count: 1025, limit: 1024, .. }), "{error}");
    }
}
