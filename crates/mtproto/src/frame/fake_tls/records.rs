//! Records of application data.

use bytes::{Buf as _, BytesMut};

use crate::frame::fake_tls::{CHANGE_CIPHER_SPEC, FakeTlsError, RECORD_HEAD_BYTES};
use crate::limits::MAX_TLS_RECORD_BYTES;

/// The longest record that is written: what a browser's first flights look like (TDLib's number).
const SENT_RECORD_BYTES: usize = 2878;

/// Reads records that arrive in pieces of any size.
#[derive(Debug, Default)]
pub struct RecordReader {
    raw: BytesMut,
}

impl RecordReader {
    /// Starts with what arrived behind the server's hello.
    pub fn new(raw: BytesMut) -> Self {
        Self { raw }
    }

    /// The buffer that a driver reads into. Bytes may only be appended.
    pub fn buffer_mut(&mut self) -> &mut BytesMut {
        &mut self.raw
    }

    /// Appends what whole records hold to `out`. It keeps at most one record that is not whole.
    ///
    /// # Errors
    /// [`FakeTlsError`], for a record that is none of application data: alerts too end the connection.
    pub fn unwrap_into(&mut self, out: &mut BytesMut) -> Result<(), FakeTlsError> {
        while let Some([kind, major, minor, high, low]) = self.raw.first_chunk().copied() {
            if [kind, major, minor] != [0x17, 3, 3] {
                return Err(FakeTlsError::NoRecord);
            }
            let len_bytes = usize::from(u16::from_be_bytes([high, low]));
            if len_bytes > MAX_TLS_RECORD_BYTES {
                return Err(FakeTlsError::TooLong { len_bytes, limit_bytes: MAX_TLS_RECORD_BYTES });
            }
            if self.raw.len() < RECORD_HEAD_BYTES + len_bytes {
                break;
            }
            self.raw.advance(RECORD_HEAD_BYTES);
            out.extend_from_slice(&self.raw.split_to(len_bytes));
        }
        Ok(())
    }
}

/// Appends bytes as records. The client's first one (`is_first`) stands behind the record that ends a handshake of TLS.
pub fn write_records(bytes: &[u8], is_first: bool, out: &mut Vec<u8>) {
    if is_first {
        out.extend_from_slice(&CHANGE_CIPHER_SPEC);
    }
    for chunk in bytes.chunks(SENT_RECORD_BYTES) {
        out.extend_from_slice(&[0x17, 3, 3]);
        out.extend_from_slice(&u16::try_from(chunk.len()).unwrap_or(0).to_be_bytes());
        out.extend_from_slice(chunk);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_in_any_pieces() {
        let content: Vec<u8> = (0..10_000_u32).map(|number| number.to_le_bytes()[0]).collect();
        let mut wire = Vec::new();
        write_records(&content, true, &mut wire);
        assert_eq!(wire[..11], [0x14, 3, 3, 0, 1, 1, 0x17, 3, 3, 0x0b, 0x3e]);
        for step in [1, 7, 3000, wire.len()] {
            let (mut reader, mut out) = (RecordReader::default(), BytesMut::new());
            for chunk in wire[6..].chunks(step) {
                reader.buffer_mut().extend_from_slice(chunk);
                reader.unwrap_into(&mut out).unwrap();
            }
            assert_eq!(out, content);
        }
    }

    #[test]
    fn what_is_no_record_of_application_data() {
        let read = |bytes: &[u8]| RecordReader::new(bytes.into()).unwrap_into(&mut BytesMut::new());
        assert_eq!(read(&[0x15, 3, 3, 0, 2]), Err(FakeTlsError::NoRecord));
        assert_eq!(read(&[0x17, 3, 1, 0, 2]), Err(FakeTlsError::NoRecord));
        assert_eq!(read(&[0x17, 3, 3, 0x41, 0x00]), Ok(()), "2¹⁴ + 256");
        let error = FakeTlsError::TooLong { len_bytes: 0x4101, limit_bytes: 0x4100 };
        assert_eq!(read(&[0x17, 3, 3, 0x41, 0x01]), Err(error));
    }
}
