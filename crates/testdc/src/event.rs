//! What happens on the server, for whoever watches it.

use std::fmt;
use std::net::SocketAddr;

use serde::Serialize;
use tl_codec::Redacted;
use tokio::sync::broadcast;

/// Events that a watcher may fall behind before it loses the oldest.
const CAPACITY: usize = 4096;

/// Something that a client has brought about.
///
/// As JSON: `{"event":"code_sent","phone":"9996621234","code":"22222"}` and so on.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// The program has an MTProxy in front ([`Server::mtproxy_address`](crate::Server::mtproxy_address)); it says so
    /// before anything else happens.
    MtproxyListening {
        /// Where.
        address: SocketAddr,
    },
    /// The program takes commands ([`Server::admin_address`](crate::Server::admin_address)); it says so right behind
    /// its address.
    Admin {
        /// Where.
        address: SocketAddr,
    },
    /// The program listens for WebSockets ([`Config::web`](crate::Config::web)); said like the one above.
    Ws {
        /// Where.
        address: SocketAddr,
        /// Which of its data centres.
        dc_id: i32,
    },
    /// The program listens for WebSockets in TLS.
    Wss {
        /// Where.
        address: SocketAddr,
        /// Which of its data centres.
        dc_id: i32,
    },
    /// The program listens for HTTP requests.
    Http {
        /// Where.
        address: SocketAddr,
        /// Which of its data centres.
        dc_id: i32,
    },
    /// The program listens for HTTP requests in TLS.
    Https {
        /// Where.
        address: SocketAddr,
        /// Which of its data centres.
        dc_id: i32,
    },
    /// The program has several data centres ([`Server::addresses`](crate::Server::addresses)); it says so behind its
    /// address.
    Dcs {
        /// Where each of them listens.
        addresses: std::collections::BTreeMap<i32, SocketAddr>,
    },
    /// A token for the login by QR code went out. Real clients show it as `tg://login?token=…`.
    LoginToken {
        /// The token, as it stands in the link: base64url without padding.
        token: String,
    },
    /// A login code went out. Real servers send it to the user; this one tells it here.
    CodeSent {
        /// The number, digits only.
        phone: String,
        /// The code.
        code: String,
    },
    /// A client logged in, with everything that the account demands.
    Login {
        /// Whose account.
        user_id: i64,
    },
    /// A key asked for a takeout for the first time and has to wait.
    TakeoutDelayed {
        /// How many seconds.
        secs: u32,
    },
    /// A takeout session was opened.
    TakeoutOpened {
        /// Its id.
        takeout_id: i64,
    },
    /// A takeout session was finished.
    TakeoutFinished {
        /// Its id.
        takeout_id: i64,
        /// What the client said: whether it got everything.
        success: bool,
    },
    /// A client logged out.
    LoggedOut {
        /// Whose account.
        user_id: i64,
    },
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MtproxyListening { address } => {
                f.debug_struct("MtproxyListening").field("address", address).finish()
            }
            Self::Dcs { addresses } => f.debug_struct("Dcs").field("addresses", addresses).finish(),
            Self::LoginToken { .. } => f.debug_struct("LoginToken").field("token", &Redacted).finish(),
            Self::Admin { address } => f.debug_struct("Admin").field("address", address).finish(),
            Self::Ws { address, dc_id } => door(f, "Ws", address, *dc_id),
            Self::Wss { address, dc_id } => door(f, "Wss", address, *dc_id),
            Self::Http { address, dc_id } => door(f, "Http", address, *dc_id),
            Self::Https { address, dc_id } => door(f, "Https", address, *dc_id),
            Self::CodeSent { .. } => {
                f.debug_struct("CodeSent").field("phone", &Redacted).field("code", &Redacted).finish()
            }
            Self::Login { user_id } => f.debug_struct("Login").field("user_id", user_id).finish(),
            Self::TakeoutDelayed { secs } => f.debug_struct("TakeoutDelayed").field("secs", secs).finish(),
            Self::TakeoutOpened { takeout_id } => {
                f.debug_struct("TakeoutOpened").field("takeout_id", takeout_id).finish()
            }
            Self::TakeoutFinished { takeout_id, success } => f
                .debug_struct("TakeoutFinished")
                .field("takeout_id", takeout_id)
                .field("success", success)
                .finish(),
            Self::LoggedOut { user_id } => f.debug_struct("LoggedOut").field("user_id", user_id).finish(),
        }
    }
}

fn door(f: &mut fmt::Formatter<'_>, name: &str, address: &SocketAddr, dc_id: i32) -> fmt::Result {
    f.debug_struct(name).field("address", address).field("dc_id", &dc_id).finish()
}

/// The events of one server, from the moment of [`Server::events`](crate::Server::events) on.
#[derive(Debug)]
pub struct Events(broadcast::Receiver<Event>);

impl Events {
    /// The next event; nothing once the server is gone.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            match self.0.recv().await {
                Ok(event) => return Some(event),
                Err(broadcast::error::RecvError::Lagged(lost)) => tracing::warn!(lost, "events were lost"),
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }

    /// The next event, if there is one already.
    pub fn try_next(&mut self) -> Option<Event> {
        loop {
            match self.0.try_recv() {
                Ok(event) => return Some(event),
                Err(broadcast::error::TryRecvError::Lagged(lost)) => tracing::warn!(lost, "events were lost"),
                Err(_) => return None,
            }
        }
    }
}

/// Where events go.
#[derive(Debug)]
pub(crate) struct EventSink(broadcast::Sender<Event>);

impl EventSink {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(CAPACITY))
    }

    pub(crate) fn emit(&self, event: Event) {
        tracing::debug!(?event);
        // an event that nobody watches for is nobody's loss
        let _watchers = self.0.send(event);
    }

    pub(crate) fn subscribe(&self) -> Events {
        Events(self.0.subscribe())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_form_is_the_one_that_scripts_read() {
        let json = |event| serde_json::to_string(&event).unwrap();
        assert_eq!(
            json(Event::CodeSent { phone: "9996621234".to_owned(), code: "22222".to_owned() }),
            r#"{"event":"code_sent","phone":"9996621234","code":"22222"}"#
        );
        assert_eq!(json(Event::Login { user_id: 1 }), r#"{"event":"login","user_id":1}"#);
        assert_eq!(
            json(Event::TakeoutFinished { takeout_id: 5, success: true }),
            r#"{"event":"takeout_finished","takeout_id":5,"success":true}"#
        );
    }

    #[test]
    fn codes_and_phones_are_not_in_debug_output() {
        let event = Event::CodeSent { phone: "9996621234".to_owned(), code: "22222".to_owned() };
        assert_eq!(format!("{event:?}"), "CodeSent { phone: <redacted>, code: <redacted> }");
    }
}
