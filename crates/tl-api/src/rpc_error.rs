//! The server's refusal of a request.

use alloc::string::String;
use core::fmt;

/// `rpc_error#2144ca19`: the server refused a request (core.telegram.org/api/errors).
///
/// The text is a name in capitals, often with a number behind it: `FLOOD_WAIT_30`.
///
/// ```
/// use tl_api::RpcError;
///
/// let error = RpcError { code: 420, message: "FLOOD_WAIT_30".into() };
/// assert_eq!((error.name(), error.parameter()), ("FLOOD_WAIT", Some(30)));
/// assert_eq!(error.to_string(), "FLOOD_WAIT_30 (420)");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RpcError {
    /// The class of the error, like an HTTP status; servers also send negative ones.
    pub code: i32,
    /// The text as it was sent.
    pub message: String,
}

impl RpcError {
    /// The text without the number behind it.
    pub fn name(&self) -> &str {
        self.split().0
    }

    /// The number behind the name: seconds to wait, a data centre.
    ///
    /// `None` also for a number beyond `u32`: the name then keeps it.
    pub fn parameter(&self) -> Option<u32> {
        self.split().1
    }

    fn split(&self) -> (&str, Option<u32>) {
        let split = self.message.rsplit_once('_').and_then(|(name, digits)| {
            // `parse` alone would take a sign too
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            Some((name, is_number.then(|| digits.parse().ok())??))
        });
        match split {
            Some((name, number)) if !name.is_empty() => (name, Some(number)),
            _ => (&self.message, None),
        }
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // the text comes from the network and may go to a terminal
        write!(f, "{} ({})", self.message.escape_debug(), self.code)
    }
}

impl core::error::Error for RpcError {}

#[cfg(test)]
mod tests {
    use alloc::borrow::ToOwned;
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn names_and_numbers() {
        let cases = [
            ("FLOOD_WAIT_30", "FLOOD_WAIT", Some(30)),
            ("TAKEOUT_INIT_DELAY_86400", "TAKEOUT_INIT_DELAY", Some(86_400)),
            ("PHONE_MIGRATE_2", "PHONE_MIGRATE", Some(2)),
            ("2FA_CONFIRM_WAIT_0", "2FA_CONFIRM_WAIT", Some(0)),
            ("SESSION_PASSWORD_NEEDED", "SESSION_PASSWORD_NEEDED", None),
            ("INTERDC_2_CALL_ERROR", "INTERDC_2_CALL_ERROR", None),
            ("Timeout", "Timeout", None),
            ("FLOOD_WAIT_", "FLOOD_WAIT_", None),
            ("FLOOD_WAIT_+5", "FLOOD_WAIT_+5", None),
            ("FLOOD_WAIT_-5", "FLOOD_WAIT_-5", None),
            ("FLOOD_WAIT_4294967296", "FLOOD_WAIT_4294967296", None),
            ("_5", "_5", None),
            ("", "", None),
        ];
        for (message, name, parameter) in cases {
            let error = RpcError { code: 400, message: message.to_owned() };
            assert_eq!((error.name(), error.parameter()), (name, parameter));
        }
    }

    #[test]
    fn control_characters_do_not_reach_a_terminal() {
        let error = RpcError { code: 400, message: "A\u{1b}[2J\n".to_owned() };
        assert_eq!(error.to_string(), "A\\u{1b}[2J\\n (400)");
    }
}
