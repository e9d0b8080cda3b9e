//! Secrets in `Debug` output.

use core::fmt;

/// Stands in `Debug` output for a field that must not be printed (phone numbers, codes, access hashes, keys).
#[derive(Clone, Copy)]
pub struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}
