//! What a session does when the local clock is set while the monotonic one goes on.

use std::time::Duration;

use crate::script::Script;
use crate::server::envelope::Message;

#[test]
fn a_clock_that_is_ahead_all_at_once_is_doubted_from_five_seconds_on() {
    for (secs, is_doubted) in [(5, false), (6, true)] {
        let mut script = Script::new();
        script.now.unix += Duration::from_secs(secs);
        let old = Message::new(script.server_id(-1000), 1, vec![0xee; 8]);
        script.deliver(&old).unwrap();
        assert_eq!(script.events().len(), usize::from(is_doubted), "{secs}: taken from any time");
    }
}

#[test]
fn a_clock_that_is_set_back_is_followed_from_five_seconds_on() {
    for (secs, offset_secs) in [(5, 0), (6, 6)] {
        let mut script = Script::new();
        script.now.unix = script.now.unix.saturating_sub(Duration::from_secs(secs));
        script.session.handle_timeout(script.now).unwrap();
        assert_eq!(script.session.time_offset_secs(), offset_secs, "{secs}");
    }
}
