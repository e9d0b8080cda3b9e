//! The client's frames.

/// How the client marks its frames.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Framing {
    Abridged,
    Intermediate,
    Padded,
    Full { sent: u32, received: u32 },
}

impl Framing {
    pub(crate) const ALL: [Self; 4] =
        [Self::Abridged, Self::Intermediate, Self::Padded, Self::Full { sent: 0, received: 0 }];

    pub(super) fn tag(self) -> &'static [u8] {
        match self {
            Self::Abridged => &[0xef],
            Self::Intermediate => &[0xee; 4],
            Self::Padded => &[0xdd; 4],
            Self::Full { .. } => &[],
        }
    }

    /// A new connection counts from zero.
    pub(super) fn reset(&mut self) {
        if let Self::Full { sent, received } = self {
            (*sent, *received) = (0, 0);
        }
    }

    pub(crate) fn encode(&mut self, content: &[u8], quick_ack: bool, out: &mut Vec<u8>) {
        let len = u32::try_from(content.len()).unwrap();
        let quick_bit = if quick_ack { 0x8000_0000 } else { 0 };
        match self {
            Self::Abridged => {
                let quick_bit = if quick_ack { 0x80 } else { 0 };
                match u8::try_from(len / 4) {
                    Ok(words) if words < 0x7f => out.push(words | quick_bit),
                    _ => out.extend_from_slice(&((len / 4) << 8 | 0x7f | u32::from(quick_bit)).to_le_bytes()),
                }
                out.extend_from_slice(content);
            }
            Self::Intermediate => {
                out.extend_from_slice(&(len | quick_bit).to_le_bytes());
                out.extend_from_slice(content);
            }
            Self::Padded => {
                out.extend_from_slice(&((len + 11) | quick_bit).to_le_bytes());
                out.extend_from_slice(content);
                out.extend_from_slice(&[0xa5; 11]);
            }
            Self::Full { sent, .. } => {
                let start = out.len();
                out.extend_from_slice(&(len + 12).to_le_bytes());
                out.extend_from_slice(&sent.to_le_bytes());
                out.extend_from_slice(content);
                let checksum = crc32fast::hash(&out[start..]);
                out.extend_from_slice(&checksum.to_le_bytes());
                *sent += 1;
            }
        }
    }

    /// Takes the next whole frame off the buffer.
    pub(super) fn decode(&mut self, buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
        let word = |at: usize| Some(u32::from_le_bytes(buffer.get(at..at + 4)?.try_into().ok()?));
        let (head, len, tail) = match self {
            Self::Abridged => match *buffer.first()? {
                0x7f => (4, usize::try_from(word(0)? >> 8).unwrap() * 4, 0),
                words => (1, usize::from(words) * 4, 0),
            },
            Self::Intermediate | Self::Padded => (4, usize::try_from(word(0)?).unwrap(), 0),
            Self::Full { .. } => (8, usize::try_from(word(0)?).unwrap() - 12, 4),
        };
        if buffer.len() < head + len + tail {
            return None;
        }
        if let Self::Full { received, .. } = self {
            assert_eq!(word(4), Some(*received));
            assert_eq!(word(head + len), Some(crc32fast::hash(&buffer[..head + len])));
            *received += 1;
        }
        let mut content = buffer[head..head + len].to_vec();
        buffer.drain(..head + len + tail);
        if matches!(self, Self::Padded) && content.len() >= 24 && content[..8] != [0; 8] {
            content.truncate(24 + (content.len() - 24) / 16 * 16);
        }
        Some(content)
    }
}
