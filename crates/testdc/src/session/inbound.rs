//! From the body of an envelope to single messages: containers and `gzip_packed` (protocol, "Containers", "Packed
//! Object").

use std::fmt;

use tl_codec::{DecodeError, Reader};

use super::BadMsg;
use crate::envelope::Opened;
use crate::limits::MAX_CONTAINER_MESSAGES;
use crate::packed::{GZIP_PACKED, inflate};

/// `msg_container#73f1f8dc messages:vector<message>`, a message being `msg_id:long seqno:int bytes:int body:Object`
pub(super) const MSG_CONTAINER: u32 = 0x73f1_f8dc;
/// `msg_copy#e06046b2 orig_message:Message = MessageCopy`; nobody sends it.
const MSG_COPY: u32 = 0xe060_46b2;
const MSGS_ACK: u32 = 0x62d6_b459;

/// One message of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Inbound {
    pub(super) msg_id: i64,
    pub(super) seq_no: i32,
    pub(super) body: Vec<u8>,
}

/// What the last bit of a sequence number must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parity {
    /// The message needs no acknowledgement.
    Even,
    /// The message asks for one.
    Odd,
    /// Clients differ (pings, state requests, packed objects).
    Any,
}

impl Inbound {
    pub(super) fn of(opened: &Opened) -> Self {
        Self { msg_id: opened.head.msg_id, seq_no: opened.head.seq_no, body: opened.body.clone() }
    }

    /// The constructor id of the body; 0, which no schema has, for a body without one.
    pub(super) fn id(&self) -> u32 {
        self.body.first_chunk().copied().map_or(0, u32::from_le_bytes)
    }

    pub(super) fn is_container(&self) -> bool {
        self.id() == MSG_CONTAINER
    }

    pub(super) fn parity(&self) -> Parity {
        match self.id() {
            MSG_CONTAINER | MSG_COPY => Parity::Even,
            // an ack wants no ack, but mtcute numbers its own as if it did, and Telegram serves mtcute
            MSGS_ACK | GZIP_PACKED => Parity::Any,
            id if super::service::is_service(id) => Parity::Any,
            _ => Parity::Odd,
        }
    }

    /// The single messages inside, unpacked. A container is taken as a whole or refused as a whole.
    pub(super) fn unfold(&self) -> Result<Vec<Self>, BadMsg> {
        let messages = if self.is_container() { self.split()? } else { vec![self.clone()] };
        messages.into_iter().map(Self::unpack).collect()
    }

    fn split(&self) -> Result<Vec<Self>, BadMsg> {
        let refused = |reason: &dyn fmt::Display| {
            tracing::debug!(%reason, "a container is refused");
            BadMsg::InvalidContainer
        };
        let messages = read_container(&self.body).map_err(|error| refused(&error))?;
        for message in &messages {
            if let Some(reason) = self.objection(message) {
                return Err(refused(&reason));
            }
        }
        Ok(messages)
    }

    /// What is wrong with a message inside of this one, if anything.
    fn objection(&self, message: &Self) -> Option<&'static str> {
        let objections = [
            (message.msg_id >= self.msg_id, "an id inside must be older than the container's own"),
            (message.msg_id % 4 != 0, "an id of a client is divisible by four"),
            (message.is_container(), "there are no containers inside containers"),
            (message.seq_no > self.seq_no, "a number inside must be no larger than the container's own"),
        ];
        objections.into_iter().find_map(|(is_so, reason)| is_so.then_some(reason))
    }

    /// The object inside `gzip_packed`, or the message as it is.
    fn unpack(self) -> Result<Self, BadMsg> {
        if self.id() != GZIP_PACKED {
            return Ok(self);
        }
        let body = inflate(&self.body).ok_or_else(|| {
            tracing::debug!("a packed message cannot be unpacked");
            BadMsg::InvalidContainer
        })?;
        let unpacked = Self { body, ..self };
        // service messages are never packed, and nothing is packed twice
        match unpacked.parity() {
            Parity::Odd => Ok(unpacked),
            Parity::Even | Parity::Any => Err(BadMsg::InvalidContainer),
        }
    }
}

fn read_container(body: &[u8]) -> Result<Vec<Inbound>, DecodeError> {
    let mut reader = Reader::new(body);
    reader.expect_id(MSG_CONTAINER)?;
    let before = reader;
    let count = reader.count(16)?;
    if count > MAX_CONTAINER_MESSAGES {
        let claimed = u32::try_from(count).unwrap_or(u32::MAX);
        let too_long =
            tl_codec::ErrorKind::VectorTooLong { count: claimed, remaining_bytes: reader.remaining() };
        return Err(before.error(too_long));
    }
    let mut messages = Vec::with_capacity(count);
    for _ in 0..count {
        let (msg_id, seq_no, len) = (reader.long()?, reader.int()?, reader.word()?);
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        let missing = tl_codec::ErrorKind::Short { missing_bytes: len.saturating_sub(reader.remaining()) };
        let rest = reader.take_rest();
        let (body, rest) = rest.split_at_checked(len).ok_or_else(|| reader.error(missing))?;
        reader = Reader::new(rest);
        messages.push(Inbound { msg_id, seq_no, body: body.to_vec() });
    }
    reader.finish("msg_container")?;
    Ok(messages)
}

#[cfg(test)]
mod tests {
    use tl_codec::Encode;

    use super::*;
    use crate::limits::MAX_INFLATED_BYTES;
    use crate::packed::pack;

    fn message(msg_id: i64, seq_no: i32, body: &[u8]) -> Inbound {
        Inbound { msg_id, seq_no, body: body.to_vec() }
    }

    fn container(messages: &[Inbound]) -> Inbound {
        let mut body = MSG_CONTAINER.to_bytes();
        u32::try_from(messages.len()).unwrap().encode(&mut body);
        for message in messages {
            message.msg_id.encode(&mut body);
            message.seq_no.encode(&mut body);
            u32::try_from(message.body.len()).unwrap().encode(&mut body);
            body.extend_from_slice(&message.body);
        }
        message(1000, 8, &body)
    }

    #[test]
    fn containers_are_split_and_held_to_their_rules() {
        let inner = [message(4, 1, &[1; 8]), message(8, 3, &[2; 12]), message(12, 4, &[])];
        assert_eq!(container(&inner).unfold().as_deref(), Ok(inner.as_slice()));
        assert_eq!(container(&[]).unfold(), Ok(Vec::new()), "an empty container is legal");
        let nested = container(&inner);
        for wrong in [
            message(1000, 1, &[1; 4]),
            message(1004, 1, &[1; 4]),
            message(5, 1, &[1; 4]),
            message(4, 9, &[1; 4]),
            message(4, 2, &nested.body),
        ] {
            assert_eq!(container(&[wrong]).unfold(), Err(BadMsg::InvalidContainer));
        }
        for cut in 4..nested.body.len() {
            assert!(message(1000, 8, &nested.body[..cut]).unfold().is_err(), "cut at {cut}");
        }
        let longer = [nested.body.as_slice(), &[0; 4]].concat();
        assert!(message(1000, 8, &longer).unfold().is_err());
    }

    #[test]
    fn the_longest_container() {
        let inner = |count: i64| (0..count).map(|n| message(n * 4 - 9000, 1, &[0; 4])).collect::<Vec<_>>();
        assert!(container(&inner(1024)).unfold().is_ok());
        assert!(container(&inner(1025)).unfold().is_err());
    }

    #[test]
    fn packed_calls_are_unpacked_within_the_limit() {
        let object = vec![7; 4_000];
        let packed = pack(object.clone());
        assert!(packed.len() < 100);
        assert_eq!(message(4, 1, &packed).unfold().unwrap()[0].body, object);

        let limit = usize::try_from(MAX_INFLATED_BYTES).unwrap();
        assert!(message(4, 1, &pack(vec![7; limit])).unfold().is_ok());
        assert!(message(4, 1, &pack(vec![7; limit + 4])).unfold().is_err());
        assert!(message(4, 1, &pack(pack(vec![7; 400_000]))).unfold().is_err(), "nothing is packed twice");
        assert!(message(4, 1, &pack([MSGS_ACK.to_bytes(), vec![0; 400]].concat())).unfold().is_err());
        assert!(
            message(4, 1, &[GZIP_PACKED.to_bytes(), vec![4, 1, 2, 3, 4, 0, 0, 0]].concat()).unfold().is_err()
        );
    }
    #[test]
    fn packed_calls_may_be_zlib_streams() {
        let zlib = |object: &[u8]| {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut encoder, object).unwrap();
            let packed = encoder.finish().unwrap();
            [GZIP_PACKED.to_bytes(), packed.to_bytes()].concat()
        };
        let object = vec![7; 4_000];
        let packed = zlib(&object);
        assert_eq!(message(4, 1, &packed).unfold().unwrap()[0].body, object);
        assert!(message(4, 1, &packed[..packed.len() - 8]).unfold().is_err());
        let too_long = vec![7; usize::try_from(MAX_INFLATED_BYTES).unwrap() + 4];
        assert!(message(4, 1, &zlib(&too_long)).unfold().is_err());
    }
}
