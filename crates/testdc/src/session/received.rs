//! What a session has received: repetitions, order and sequence numbers of a client's messages.

use std::collections::BTreeMap;

use super::BadMsg;
use crate::clock::{UnixTime, time_of};
use crate::limits::{MAX_SEEN_MESSAGES, MSG_ID_FUTURE, MSG_ID_PAST};

/// The last messages of a client, by message id.
#[derive(Debug, Default)]
pub(crate) struct Received {
    seq_nos: BTreeMap<i64, i32>,
}

/// Whether a message was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    New,
    Repeated,
}

/// The form and time of a message id, which need no session (protocol, "Message Identifier").
pub(crate) fn check_msg_id(msg_id: i64, now: UnixTime) -> Result<(), BadMsg> {
    let time = time_of(msg_id);
    if msg_id % 4 != 0 {
        Err(BadMsg::MsgIdBits)
    } else if time < now.before(MSG_ID_PAST) {
        Err(BadMsg::MsgIdTooLow)
    } else if time > now.after(MSG_ID_FUTURE) {
        Err(BadMsg::MsgIdTooHigh)
    } else {
        Ok(())
    }
}

impl Received {
    /// Whether the session knows this id, as far back as it remembers.
    pub(crate) fn freshness(&self, msg_id: i64) -> Result<Freshness, BadMsg> {
        let is_full = self.seq_nos.len() >= MAX_SEEN_MESSAGES;
        match self.seq_nos.first_key_value() {
            _ if self.seq_nos.contains_key(&msg_id) => Ok(Freshness::Repeated),
            Some((lowest, _)) if is_full && msg_id < *lowest => Err(BadMsg::TooOld),
            _ => Ok(Freshness::New),
        }
    }

    /// Sequence numbers rise with message ids (protocol, "Message Sequence Number"). The rule holds for the messages at
    /// hand, so it is enough to look at the two neighbours.
    pub(crate) fn check_order(&self, msg_id: i64, seq_no: i32) -> Result<(), BadMsg> {
        let is_content = seq_no % 2 != 0;
        let before = self.seq_nos.range(..msg_id).next_back();
        let after = self.seq_nos.range(msg_id..).next();
        if before.is_some_and(|(_, earlier)| *earlier > seq_no || (is_content && *earlier == seq_no)) {
            Err(BadMsg::SeqNoTooLow)
        } else if after.is_some_and(|(_, later)| *later < seq_no || (is_content && *later == seq_no)) {
            Err(BadMsg::SeqNoTooHigh)
        } else {
            Ok(())
        }
    }

    pub(crate) fn remember(&mut self, msg_id: i64, seq_no: i32) {
        if self.seq_nos.len() >= MAX_SEEN_MESSAGES {
            self.seq_nos.pop_first();
        }
        self.seq_nos.insert(msg_id, seq_no);
    }

    /// The byte of `msgs_state_info` about one id, as far as reception goes (protocol, "Informational Message regarding
    /// Status of Messages").
    pub(crate) fn state_byte(&self, msg_id: i64) -> u8 {
        let (lowest, highest) = (self.seq_nos.first_key_value(), self.seq_nos.last_key_value());
        match self.seq_nos.get(&msg_id) {
            Some(seq_no) if seq_no % 2 == 0 => 4 + 16,
            Some(_) => 4 + 8,
            None if lowest.is_none_or(|(lowest, _)| msg_id < *lowest) => 1,
            None if highest.is_none_or(|(highest, _)| msg_id > *highest) => 3,
            None => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_ids_are_held_to_form_and_time() {
        let now = UnixTime::from_secs(1_700_000_000);
        let id = |secs: i64| (1_700_000_000 + secs) << 32;
        assert_eq!(check_msg_id(id(0), now), Ok(()));
        assert_eq!((check_msg_id(id(-300), now), check_msg_id(id(30), now)), (Ok(()), Ok(())));
        assert_eq!(check_msg_id(id(-301), now), Err(BadMsg::MsgIdTooLow));
        assert_eq!(check_msg_id(id(31), now), Err(BadMsg::MsgIdTooHigh));
        for bits in 1..4 {
            assert_eq!(check_msg_id(id(0) + bits, now), Err(BadMsg::MsgIdBits));
        }
        assert_eq!(check_msg_id(i64::MIN, now), Err(BadMsg::MsgIdTooLow));
    }

    #[test]
    fn sequence_numbers_rise_with_ids() {
        let mut received = Received::default();
        received.remember(100, 1);
        received.remember(200, 5);
        assert_eq!(received.check_order(150, 3), Ok(()));
        assert_eq!(received.check_order(150, 2), Ok(()), "a message that needs no ack may share a number");
        assert_eq!(received.check_order(150, 1), Err(BadMsg::SeqNoTooLow));
        assert_eq!(received.check_order(250, 4), Err(BadMsg::SeqNoTooLow));
        assert_eq!(received.check_order(150, 5), Err(BadMsg::SeqNoTooHigh));
        assert_eq!(received.check_order(50, 3), Err(BadMsg::SeqNoTooHigh));
        assert_eq!(received.check_order(250, 6), Ok(()));
    }

    #[test]
    fn memory_is_bounded_and_what_is_below_it_is_too_old() {
        let mut received = Received::default();
        for id in 0..5_000 {
            received.remember(id * 4, 1);
        }
        assert_eq!(received.seq_nos.len(), MAX_SEEN_MESSAGES);
        assert_eq!(received.freshness(4 * 4_999), Ok(Freshness::Repeated));
        assert_eq!(received.freshness(4 * 5_000), Ok(Freshness::New));
        assert_eq!(received.freshness(4), Err(BadMsg::TooOld));
    }

    #[test]
    fn states_of_messages() {
        let mut received = Received::default();
        received.remember(100, 1);
        received.remember(200, 2);
        let states = [50, 100, 150, 200, 250].map(|id| received.state_byte(id));
        assert_eq!(states, [1, 12, 2, 20, 3]);
    }
}
