//! Service messages: what clients say to the protocol itself (protocol, "Service Messages", "Service Messages about
//! Messages").

use std::time::Duration;

use tl_codec::{Decode, DecodeError, Encode, Reader, VecRef};

use super::outbox::ReplyTo;
use super::{Call, Demand, HttpWait, Inbound, Session};
use crate::clock::UnixTime;
use crate::limits::MAX_SERVICE_IDS;

/// `msgs_ack#62d6b459 msg_ids:Vector<long>`
const MSGS_ACK: u32 = 0x62d6_b459;
/// `ping#7abe77ec ping_id:long = Pong`
const PING: u32 = 0x7abe_77ec;
/// `ping_delay_disconnect#f3427b8c ping_id:long disconnect_delay:int = Pong`
const PING_DELAY_DISCONNECT: u32 = 0xf342_7b8c;
/// `pong#347773c5 msg_id:long ping_id:long = Pong`
const PONG: u32 = 0x3477_73c5;
/// `get_future_salts#b921bd04 num:int = FutureSalts`
const GET_FUTURE_SALTS: u32 = 0xb921_bd04;
/// `msgs_state_req#da69fb52 msg_ids:Vector<long> = MsgsStateReq`
const MSGS_STATE_REQ: u32 = 0xda69_fb52;
/// `msgs_state_info#04deb57d req_msg_id:long info:bytes = MsgsStateInfo`
const MSGS_STATE_INFO: u32 = 0x04de_b57d;
/// `msgs_all_info#8cc0d131 msg_ids:Vector<long> info:bytes = MsgsAllInfo`
const MSGS_ALL_INFO: u32 = 0x8cc0_d131;
/// `msg_resend_req#7d861a08 msg_ids:Vector<long> = MsgResendReq`
const MSG_RESEND_REQ: u32 = 0x7d86_1a08;
/// `msg_resend_ans_req#8610baeb msg_ids:Vector<long> = MsgResendReq`
const MSG_RESEND_ANS_REQ: u32 = 0x8610_baeb;
/// `msg_detailed_info#276d3ec6 …`, `msg_new_detailed_info#809db6df …`
const MSG_DETAILED_INFO: u32 = 0x276d_3ec6;
const MSG_NEW_DETAILED_INFO: u32 = 0x809d_b6df;
/// `http_wait#9299359f max_delay:int wait_after:int max_wait:int = HttpWait`
const HTTP_WAIT: u32 = 0x9299_359f;
/// `rpc_drop_answer#58e4a740 req_msg_id:long = RpcDropAnswer`
const RPC_DROP_ANSWER: u32 = 0x58e4_a740;
/// `destroy_session#e7512126 session_id:long = DestroySessionRes`
const DESTROY_SESSION: u32 = 0xe751_2126;
/// `destroy_auth_key#d1435160 = DestroyAuthKeyRes`
const DESTROY_AUTH_KEY: u32 = 0xd143_5160;

/// `rpc_answer_unknown#5e2ad36e`, `rpc_answer_dropped_running#cd78e586`,
/// `rpc_answer_dropped#a43ad8b7 msg_id:long seq_no:int bytes:int`
const RPC_ANSWER_UNKNOWN: u32 = 0x5e2a_d36e;
const RPC_ANSWER_DROPPED_RUNNING: u32 = 0xcd78_e586;
const RPC_ANSWER_DROPPED: u32 = 0xa43a_d8b7;

/// Bits of a `msgs_state_info` byte: the query is in work or done; its answer exists.
const STATE_IN_WORK: u8 = 32;
const STATE_ANSWERED: u8 = 64;

/// Whether an object speaks to the protocol rather than to the API.
pub(super) fn is_service(id: u32) -> bool {
    matches!(
        id,
        MSGS_ACK
            | PING
            | PING_DELAY_DISCONNECT
            | GET_FUTURE_SALTS
            | MSGS_STATE_REQ
            | MSGS_STATE_INFO
            | MSGS_ALL_INFO
            | MSG_RESEND_REQ
            | MSG_RESEND_ANS_REQ
            | MSG_DETAILED_INFO
            | MSG_NEW_DETAILED_INFO
            | HTTP_WAIT
            | RPC_DROP_ANSWER
            | DESTROY_SESSION
            | DESTROY_AUTH_KEY
    )
}

impl Session {
    /// Does what a message asks: answers a service message, hands out a call.
    pub(super) fn serve(&mut self, message: &Inbound, now: UnixTime) -> Option<Demand> {
        if !is_service(message.id()) {
            return Some(Demand::Call(Call { msg_id: message.msg_id, body: message.body.clone() }));
        }
        // a service message that cannot be read has no answer: there is none that a client would understand
        self.serve_service(message, now).unwrap_or_else(|error| {
            tracing::debug!(%error, "unreadable service message");
            None
        })
    }

    fn serve_service(&mut self, message: &Inbound, now: UnixTime) -> Result<Option<Demand>, DecodeError> {
        let mut reader = Reader::new(&message.body);
        let id = reader.word()?;
        let demand = match id {
            MSGS_ACK => {
                let ids = ids(&mut reader)?;
                self.outbox.acknowledge(ids);
                Some(Demand::Nothing)
            }
            PING => {
                self.pong("ping", (message.msg_id, reader.long()?), now);
                None
            }
            PING_DELAY_DISCONNECT => {
                let (ping_id, delay_secs) = (reader.long()?, reader.int()?);
                self.pong("ping_delay_disconnect", (message.msg_id, ping_id), now);
                let delay_secs = u64::try_from(delay_secs).unwrap_or(0);
                Some(Demand::DisconnectAfter(Duration::from_secs(delay_secs)))
            }
            GET_FUTURE_SALTS => {
                let count = usize::try_from(reader.int()?).unwrap_or(0);
                Some(Demand::FutureSalts { msg_id: message.msg_id, count })
            }
            MSGS_STATE_REQ => {
                let ids = ids(&mut reader)?;
                self.state_info(message.msg_id, &ids, now);
                None
            }
            MSG_RESEND_REQ => {
                let ids = ids(&mut reader)?;
                self.resend(message.msg_id, &ids, now);
                None
            }
            MSG_RESEND_ANS_REQ => {
                let ids = ids(&mut reader)?;
                self.resend_answers(message.msg_id, &ids, now);
                None
            }
            RPC_DROP_ANSWER => {
                let dropped = reader.long()?;
                self.drop_answer(message.msg_id, dropped, now);
                None
            }
            HTTP_WAIT => {
                let mut millis = || Ok::<_, DecodeError>(u64::try_from(reader.int()?).unwrap_or(0));
                let [max_delay, wait_after, max_wait] =
                    [millis()?, millis()?, millis()?].map(Duration::from_millis);
                Some(Demand::HttpWait(HttpWait { max_delay, wait_after, max_wait }))
            }
            DESTROY_SESSION => Some(Demand::DestroySession { session_id: reader.long()? }),
            DESTROY_AUTH_KEY => Some(Demand::DestroyAuthKey),
            // what clients tell about their own messages changes nothing here
            _ => None,
        };
        Ok(demand)
    }

    fn pong(&mut self, asked: &'static str, (msg_id, ping_id): (i64, i64), now: UnixTime) {
        let mut body = PONG.to_bytes();
        msg_id.encode(&mut body);
        ping_id.encode(&mut body);
        self.push_notice(asked, body, now);
    }

    fn state_info(&mut self, req_msg_id: i64, ids: &[i64], now: UnixTime) {
        let info = ids.iter().map(|id| self.state_byte(*id)).collect::<Vec<_>>();
        let mut body = MSGS_STATE_INFO.to_bytes();
        req_msg_id.encode(&mut body);
        info.encode(&mut body);
        self.push_notice("msgs_state_info", body, now);
    }

    fn state_byte(&self, msg_id: i64) -> u8 {
        let mut state = self.received.state_byte(msg_id);
        if self.running.contains(&msg_id) {
            state |= STATE_IN_WORK;
        }
        if self.outbox.answer_to(msg_id).is_some() {
            state |= STATE_IN_WORK | STATE_ANSWERED;
        }
        state
    }

    /// Sends messages again; an id that is not known is answered with what is known of all of them.
    fn resend(&mut self, req_msg_id: i64, ids: &[i64], now: UnixTime) {
        let known = ids.iter().filter(|id| self.outbox.resend(**id)).count();
        if known < ids.len() {
            self.state_info(req_msg_id, ids, now);
        }
    }

    fn resend_answers(&mut self, req_msg_id: i64, ids: &[i64], now: UnixTime) {
        let answers = ids.iter().filter_map(|id| self.outbox.answer_to(*id)).map(|answer| answer.msg_id);
        let answers = answers.collect::<Vec<_>>();
        if answers.len() < ids.len() {
            self.state_info(req_msg_id, ids, now);
        }
        for answer in answers {
            self.outbox.resend(answer);
        }
    }

    fn drop_answer(&mut self, req_msg_id: i64, dropped: i64, now: UnixTime) {
        let mut verdict = Vec::new();
        if self.running.remove(&dropped) {
            RPC_ANSWER_DROPPED_RUNNING.encode(&mut verdict);
            let reply = ReplyTo { req_msg_id: dropped, method: "rpc_drop_answer" };
            self.push_result(reply, &verdict, now);
        } else if let Some(answer) = self.outbox.drop_answer(dropped) {
            RPC_ANSWER_DROPPED.encode(&mut verdict);
            answer.msg_id.encode(&mut verdict);
            answer.seq_no.encode(&mut verdict);
            u32::try_from(answer.body.len()).unwrap_or(u32::MAX).encode(&mut verdict);
        } else {
            RPC_ANSWER_UNKNOWN.encode(&mut verdict);
        }
        self.push_result(ReplyTo { req_msg_id, method: "rpc_drop_answer" }, &verdict, now);
    }
}

/// The ids of a service message, as many as one may hold; the rest is left out.
fn ids(reader: &mut Reader<'_>) -> Result<Vec<i64>, DecodeError> {
    Ok(VecRef::<i64>::decode(reader)?.iter().take(MAX_SERVICE_IDS).collect())
}
