//! What is sent: service messages and requests, alone or in a container, in one envelope.

use bytes::Bytes;
use tl_codec::Encode as _;

use crate::crypto::kdf::Sender;
use crate::envelope::{self, Header};
use crate::limits::{MAX_SENT_CONTAINER_BYTES, MAX_SENT_CONTAINER_MESSAGES};
use crate::random::{Random, fill_array};
use crate::schema::functions;
use crate::session::bind_temp_auth_key::CALL_BYTES;
use crate::session::calls::Body;
use crate::session::container::{self, Message};
use crate::session::sent::{Record, Service};
use crate::session::{Session, gzip_packed};
use crate::time::Now;

/// `invokeAfterMsg {X:Type} msg_id:long query:!X = X`: one of the wrappers around the API's calls, of which this crate
/// knows no more than that the server does what stands in it after the message of that id.
const INVOKE_AFTER_MSG: u32 = 0xcb9f_372d;

/// The length of the wrapper without the call.
const INVOKE_AFTER_MSG_BYTES: usize = 12;

/// The messages of one envelope.
#[derive(Default)]
struct Batch {
    messages: Vec<Message>,
    body_bytes: usize,
}

impl Batch {
    fn push(&mut self, message: Message) {
        self.body_bytes += message.body.len();
        self.messages.push(message);
    }

    /// Whether a request fits in: the first always does, and one that must travel alone only as the first message.
    fn takes(&self, body_bytes: usize, alone: bool, requests: usize) -> bool {
        if alone {
            return self.messages.is_empty();
        }
        let fits = self.body_bytes + body_bytes <= MAX_SENT_CONTAINER_BYTES;
        self.messages.len() < MAX_SENT_CONTAINER_MESSAGES && (requests == 0 || fits)
    }
}

impl Session {
    /// The next envelope to send, a frame's body; `None` when there is nothing to send, or no connection.
    ///
    /// `random` makes padding, ping ids and new session ids.
    pub fn poll_transmit(&mut self, now: Now, random: &mut dyn Random) -> Option<Vec<u8>> {
        self.clock.follow(now);
        if self.reset_is_due {
            self.reset(random);
        }
        if self.is_connected {
            self.query_salts(now);
        }
        let ping_is_due = self.keepalive.is_due(now);
        let is_due = ping_is_due
            || self.polling.is_due()
            || self.outbox.is_due(now.monotonic, &self.config)
            || self.calls.front().is_some();
        if !self.is_connected || !is_due {
            return None;
        }
        let mut batch = Batch::default();
        let goes_alone = self.calls.front().is_some_and(|call| call.alone);
        if !goes_alone {
            self.add_services(now, ping_is_due, random, &mut batch);
            if let Some(wait) = self.polling.next_wait(self.config.http_wait) {
                self.add_service(now, wait, &mut batch);
            }
        }
        self.add_requests(now, &mut batch, random);
        self.seal(now, batch, random)
    }

    fn add_services(&mut self, now: Now, ping_is_due: bool, random: &mut dyn Random, batch: &mut Batch) {
        while batch.takes(0, false, 0) {
            let Some(service) = self.outbox.pop() else { break };
            self.add_service(now, service, batch);
        }
        if ping_is_due && batch.takes(0, false, 0) {
            let delay = self.config.disconnect_delay.as_secs();
            let ping = functions::PingDelayDisconnect {
                ping_id: i64::from_le_bytes(fill_array(random)),
                disconnect_delay: i32::try_from(delay).unwrap_or(i32::MAX),
            };
            // not a content message: its pong is its ack, and a lost ping must not be sent again
            let body = Bytes::from(ping.to_bytes());
            self.add_service(now, Service::Other { body, is_content: false }, batch);
            self.keepalive.pinged(now, &self.config);
        }
    }

    fn add_service(&mut self, now: Now, service: Service, batch: &mut Batch) {
        let msg_id = self.next_msg_id(now);
        let seq_no = self.next_seq_no(service.is_content());
        batch.push(Message { msg_id, seq_no, body: service.body() });
        self.record(msg_id, Record::Service(service));
    }

    fn record(&mut self, msg_id: i64, record: Record) {
        self.sent.record(msg_id, record, |msg_id| self.calls.by_msg_id(msg_id).is_some());
    }

    fn add_requests(&mut self, now: Now, batch: &mut Batch, random: &mut dyn Random) {
        let mut requests = 0;
        while let Some(call) = self.calls.front() {
            let alone = call.alone;
            if !batch.takes(call.body.max_bytes(), alone, requests) {
                break;
            }
            self.add_request(now, batch, random);
            requests += 1;
            if alone {
                break;
            }
        }
    }

    fn add_request(&mut self, now: Now, batch: &mut Batch, random: &mut dyn Random) {
        let Some((id, call)) = self.calls.pop_front() else { return };
        let (body, sent_as) = (call.body.clone(), call.sent_as);
        let (msg_id, seq_no) = sent_as.unwrap_or_else(|| (self.next_msg_id(now), self.next_seq_no(true)));
        tracing::trace!("a request is sent");
        self.calls.sent(id, msg_id, seq_no, now.monotonic);
        let body = self.wire_form(body, msg_id, random);
        batch.push(Message { msg_id, seq_no, body });
    }

    /// A request as it travels: behind the one that it shall wait for, and packed if that makes it shorter.
    fn wire_form(&self, body: Body, msg_id: i64, random: &mut dyn Random) -> Bytes {
        match body {
            Body::Request(request) => gzip_packed::write(request),
            Body::After(before, request) => match self.calls.msg_id_of(before) {
                Some(before) => gzip_packed::write(invoke_after_msg(before, &request)),
                // it is answered: nothing to wait for
                None => gzip_packed::write(request),
            },
            Body::Binding => self.binding_call(msg_id, random),
        }
    }

    /// One message goes as it is, several in a container, whose id is above all of theirs.
    fn seal(&mut self, now: Now, batch: Batch, random: &mut dyn Random) -> Option<Vec<u8>> {
        let message = match <[Message; 1]>::try_from(batch.messages) {
            Ok([message]) => message,
            Err(messages) if messages.is_empty() => return None,
            Err(messages) => {
                let (msg_id, seq_no) = (self.next_msg_id(now), self.next_seq_no(false));
                let msg_ids = messages.iter().map(|message| message.msg_id).collect();
                self.record(msg_id, Record::Container(msg_ids));
                Message { msg_id, seq_no, body: container::write(&messages).into() }
            }
        };
        let header = Header {
            server_salt: self.salts.in_force(self.clock.server_time(now)),
            session_id: self.id,
            msg_id: message.msg_id,
            seq_no: message.seq_no,
        };
        let sealed = envelope::seal(&self.auth_key, Sender::Client, &header, &message.body, random);
        debug_assert!(sealed.is_ok(), "every request was checked to fit: {sealed:?}");
        let sealed = sealed.ok()?;
        self.quick_ack_token = sealed.quick_ack_token;
        Some(sealed.bytes)
    }

    fn next_msg_id(&mut self, now: Now) -> i64 {
        self.msg_ids.next(self.clock.server_time(now))
    }

    /// Twice the number of content messages before it, plus one if it is one.
    fn next_seq_no(&mut self, is_content: bool) -> i32 {
        let seq_no = self.content_count.wrapping_mul(2);
        if is_content {
            self.content_count = self.content_count.wrapping_add(1);
            seq_no | 1
        } else {
            seq_no
        }
    }
}

impl Body {
    /// How long its message is at most.
    fn max_bytes(&self) -> usize {
        match self {
            Self::Request(request) => request.len(),
            Self::After(_, request) => INVOKE_AFTER_MSG_BYTES + request.len(),
            Self::Binding => CALL_BYTES,
        }
    }
}

fn invoke_after_msg(msg_id: i64, request: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(INVOKE_AFTER_MSG_BYTES + request.len());
    INVOKE_AFTER_MSG.encode(&mut out);
    msg_id.encode(&mut out);
    out.extend_from_slice(request);
    out.into()
}
