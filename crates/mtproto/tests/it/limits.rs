//! The README's table of limits: every constant is in it, as it is, and nothing else.

use std::fmt::Display;
use std::time::Duration;

use mtproto::limits;

/// A constant as the README writes it.
trait Stated {
    fn stated(self, name: &str) -> String;
}

impl Stated for usize {
    fn stated(self, name: &str) -> String {
        let grouped = grouped(self);
        if !name.ends_with("_BYTES") {
            grouped
        } else if self.is_multiple_of(1 << 20) {
            format!("{} MiB", self >> 20)
        } else if self < 1 << 20 && self.is_multiple_of(1 << 10) {
            format!("{} KiB", self >> 10)
        } else {
            format!("{grouped} bytes")
        }
    }
}

impl Stated for u32 {
    fn stated(self, _: &str) -> String {
        grouped(self)
    }
}

impl Stated for Duration {
    fn stated(self, _: &str) -> String {
        format!("{} s", grouped(self.as_secs()))
    }
}

fn grouped(number: impl Display) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The names, and the beginning of the row for each.
macro_rules! rows {
    ($($name:ident)*) => {
        [$((stringify!($name), format!("| `{0}` | {1} | ", stringify!($name), limits::$name.stated(stringify!($name))))),*]
    };
}

#[test]
fn the_readme_states_them_all() {
    let rows = rows!(
        MAX_FRAME_BYTES MAX_SENT_FRAME_BYTES MIN_MESSAGE_FRAME_BYTES MAX_KEPT_FRAME_BYTES MIN_PADDING_BYTES
        MAX_PADDING_BYTES MAX_DH_GEN_RETRIES MAX_INFLATED_BYTES MAX_CONTAINER_MESSAGES MAX_SENT_CONTAINER_MESSAGES
        MAX_SENT_CONTAINER_BYTES MIN_PACKED_BYTES MAX_REQUEST_BYTES MAX_IDS REPLAY_WINDOW MAX_MESSAGE_AGE
        MAX_MESSAGE_LEAD MAX_KEPT_ID_AGE MAX_PENDING_ACKS MAX_RESENDS MAX_SESSION_RESETS MAX_FUTURE_SALTS KEY_LIFETIME
        KEY_RENEWAL_LEAD KEY_RENEWAL_RETRY YOUNG_KEY_AGE MAX_FORMER_SESSIONS MAX_SENT_RECORDS MAX_REFUSED_SERVICES
        MAX_TLS_RECORD_BYTES MAX_TLS_HELLO_RECORDS MAX_TLS_HELLO_BYTES MAX_PROXY_DOMAIN_BYTES MAX_HOST_BYTES
        MAX_HTTP_HEAD_BYTES MAX_WEBSOCKET_MESSAGE_BYTES MAX_HTTP_CONNECTIONS MAX_QUICK_ACK_TOKENS MAX_WAITING_UPDATES
        MAX_WAITING_UPDATE_BYTES BREAKER_FAILURES BREAKER_PAUSE
    );
    let source = include_str!("../../src/limits.rs");
    let declared = source.lines().filter_map(|line| line.strip_prefix("pub const ")?.split(':').next());
    assert_eq!(rows.iter().map(|(name, _)| *name).collect::<Vec<_>>(), declared.collect::<Vec<_>>());

    let (_, behind) = include_str!("../../README.md").split_once("\n## Limits\n").unwrap();
    let stated = behind.split("\n## ").next().unwrap().lines().filter(|line| line.starts_with("| `"));
    let mut expected = rows.iter();
    for line in stated {
        let (name, row) = expected.next().unwrap();
        assert!(line.starts_with(row), "{name}: {line}");
    }
    assert_eq!(expected.next(), None);
}
