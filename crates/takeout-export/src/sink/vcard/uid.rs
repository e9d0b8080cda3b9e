//! A name for a person that stays the same from export to export, so that an address book updates its card and does not
//! add a second one.

use std::fmt;

use sha1::{Digest, Sha1};

/// The name space of URLs and URNs (RFC 9562, section 6.6: `6ba7b811-9dad-11d1-80b4-00c04fd430c8`).
const NAMESPACE: [u8; 16] =
    [0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];

/// A UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Uuid([u8; 16]);

/// The UUID of a row of an account.
pub(super) fn of(account_id: i64, row_id: &str) -> Uuid {
    version_5(&format!("urn:takeout-export:{account_id}:{row_id}"))
}

/// RFC 9562, section 5.5: SHA-1 of name space and name, with version and variant put over it.
fn version_5(name: &str) -> Uuid {
    let hash: [u8; 20] = Sha1::new().chain_update(NAMESPACE).chain_update(name).finalize().into();
    let mut uuid = [0; 16];
    for (to, from) in uuid.iter_mut().zip(hash) {
        *to = from;
    }
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut uuid;
    *version = (*version & 0x0f) | 0x50;
    *variant = (*variant & 0x3f) | 0x80;
    Uuid(uuid)
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_pythons_uuid5_gives() {
        // uuid.uuid5(uuid.NAMESPACE_URL, "…")
        assert_eq!(version_5("https://example.org/").to_string(), "527dda32-a0de-5105-a042-cb475b5f7d11");
        assert_eq!(of(7, "abc").to_string(), "8351bc6e-c52f-5178-9a0b-198d2806d46c");
    }

    #[test]
    fn another_account_or_row_has_another_one() {
        assert_ne!(of(1, "a"), of(2, "a"));
        assert_ne!(of(1, "a"), of(1, "b"));
    }
}
