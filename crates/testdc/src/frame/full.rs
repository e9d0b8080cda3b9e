//! The full framing: length, sequence number and CRC32 around the message.
//!
//! ```text
//! total length: u32 (all of it) | sequence: u32 | message … | CRC32 of everything before: u32
//! ```

use bytes::{Buf, BytesMut};

use super::{Frame, FrameError, Progress, check_len};

/// Length, sequence number and checksum.
const OVERHEAD_BYTES: usize = 12;

/// The sequence numbers of the two directions; each counts from zero on every connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counters {
    received: u32,
    sent: u32,
}

pub(super) fn decode(counters: &mut Counters, bytes: &mut BytesMut) -> Progress {
    let Some((head, rest)) = bytes.split_first_chunk::<4>() else { return Ok(None) };
    let total = usize::try_from(u32::from_le_bytes(*head)).unwrap_or(usize::MAX);
    let len = total.checked_sub(OVERHEAD_BYTES).ok_or(FrameError::BadLength { len_bytes: total })?;
    let len = check_len(len)?;
    let Some(sequence) = rest.first_chunk() else { return Ok(None) };
    let (expected, got) = (counters.received, u32::from_le_bytes(*sequence));
    if expected != got {
        return Err(FrameError::Sequence { expected, got });
    }
    let Some((covered, [c0, c1, c2, c3, ..])) = bytes.split_at_checked(total - 4) else { return Ok(None) };
    if crc32fast::hash(covered) != u32::from_le_bytes([*c0, *c1, *c2, *c3]) {
        return Err(FrameError::Checksum);
    }
    counters.received = counters.received.wrapping_add(1);
    bytes.advance(8);
    let content = bytes.split_to(len);
    bytes.advance(4);
    Ok(Some(Frame { content, quick_ack: false }))
}

pub(super) fn encode(counters: &mut Counters, content: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let total = u32::try_from(content.len() + OVERHEAD_BYTES).unwrap_or(u32::MAX);
    out.extend_from_slice(&total.to_le_bytes());
    out.extend_from_slice(&counters.sent.to_le_bytes());
    out.extend_from_slice(content);
    let checksum = crc32fast::hash(out.get(start..).unwrap_or_default());
    out.extend_from_slice(&checksum.to_le_bytes());
    counters.sent = counters.sent.wrapping_add(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(sequence: u32, content: &[u8]) -> BytesMut {
        let mut out = Vec::new();
        encode(&mut Counters { received: 0, sent: sequence }, content, &mut out);
        BytesMut::from(out.as_slice())
    }

    #[test]
    fn sequence_and_checksum_are_checked() {
        let mut counters = Counters::default();
        assert_eq!(
            decode(&mut counters, &mut wire(1, &[1; 8])),
            Err(FrameError::Sequence { expected: 0, got: 1 })
        );
        for byte in 8..24 {
            let mut bytes = wire(0, &[1; 12]);
            bytes[byte] ^= 0x10;
            assert_eq!(decode(&mut counters, &mut bytes), Err(FrameError::Checksum), "byte {byte}");
        }
        assert!(decode(&mut counters, &mut wire(0, &[1; 12])).unwrap().is_some());
        assert_eq!(
            decode(&mut counters, &mut wire(0, &[1; 12])),
            Err(FrameError::Sequence { expected: 1, got: 0 }),
            "a repeated frame"
        );
    }

    #[test]
    fn a_length_without_room_for_a_message_is_refused() {
        for total in [0_u32, 4, 11, 12, 13, 15] {
            let mut bytes = BytesMut::from(total.to_le_bytes().as_slice());
            assert!(decode(&mut Counters::default(), &mut bytes).is_err(), "{total}");
        }
    }
}
