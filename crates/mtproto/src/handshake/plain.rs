//! Plain messages: how the key exchange travels before there is a key ("Description", "Unencrypted message").
//!
//! ```text
//! auth_key_id = 0: 8 | msg_id: 8 | length: 4 | body
//! ```

use tl_codec::{DecodeError, Encode as _, Reader};

/// Why a plain message cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlainError {
    /// It ends before its body.
    #[error("a plain message is too short")]
    Short(#[from] DecodeError),
    /// It names an auth key: it is an encrypted one.
    #[error("an encrypted message came instead of a plain one")]
    Encrypted,
    /// Servers use odd message ids.
    #[error("the message id {msg_id:#x} is not a server's")]
    MsgIdParity {
        /// The id.
        msg_id: i64,
    },
    /// The stated length is negative or leads beyond the message.
    #[error("a plain body of {stated} bytes in a message with {available_bytes}")]
    BodyLength {
        /// What the message states.
        stated: i32,
        /// What it has.
        available_bytes: usize,
    },
}

/// Writes a plain message.
pub fn wrap(msg_id: i64, body: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(20 + body.len());
    0_i64.encode(&mut message);
    msg_id.encode(&mut message);
    // requests of the exchange have some hundred bytes
    i32::try_from(body.len()).unwrap_or(i32::MAX).encode(&mut message);
    message.extend_from_slice(body);
    message
}

/// The body of a server's plain message.
///
/// Real servers append random bytes to the TL object and count them: the object must be read without expecting its end.
///
/// # Errors
/// [`PlainError`].
pub fn unwrap(message: &[u8]) -> Result<&[u8], PlainError> {
    let mut reader = Reader::new(message);
    if reader.long()? != 0 {
        return Err(PlainError::Encrypted);
    }
    let msg_id = reader.long()?;
    if msg_id % 2 == 0 {
        return Err(PlainError::MsgIdParity { msg_id });
    }
    let stated = reader.int()?;
    let rest = reader.rest();
    let body = usize::try_from(stated).ok().and_then(|len| rest.get(..len));
    body.ok_or(PlainError::BodyLength { stated, available_bytes: rest.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_request_of_the_published_sample() {
        let message = wrap(0x65c5_3d50_0006_72d4, &[0xf1, 0x8e, 0x7e, 0xbe]);
        assert_eq!(hex::encode(message), "0000000000000000d4720600503dc56504000000f18e7ebe");
    }

    #[test]
    fn every_rule() {
        let good = wrap(5, &[1, 2, 3, 4]);
        assert_eq!(unwrap(&good), Ok(&[1, 2, 3, 4][..]));
        let longer = [&good[..], &[9; 8]].concat();
        assert_eq!(
            unwrap(&longer),
            Ok(&[1, 2, 3, 4][..]),
            "what a frame holds behind the message is ignored"
        );
        for cut in 0..20 {
            assert!(matches!(unwrap(&good[..cut]), Err(PlainError::Short(_))), "{cut}");
        }
        for cut in 20..24 {
            let error = PlainError::BodyLength { stated: 4, available_bytes: cut - 20 };
            assert_eq!(unwrap(&good[..cut]), Err(error));
        }
        let mut encrypted = good.clone();
        encrypted[7] = 1;
        assert_eq!(unwrap(&encrypted), Err(PlainError::Encrypted));
        assert_eq!(unwrap(&wrap(4, &[])), Err(PlainError::MsgIdParity { msg_id: 4 }));
        let mut negative = good;
        negative[19] = 0x80;
        let error = PlainError::BodyLength { stated: i32::MIN + 4, available_bytes: 4 };
        assert_eq!(unwrap(&negative), Err(error));
    }
}
