//! What browsers can speak: WebSocket and HTTP, in TLS or not (protocol, "MTProto transports").
//!
//! **Owns** the certificate of a server, the two upgrades, and the way of an HTTP request. **Must not know** frames, which
//! `connection.rs` reads out of a WebSocket as out of TCP.
//!
//! | client speaks | path | file |
//! |---|---|---|
//! | `https`, `wss` | | `tls.rs` |
//! | a WebSocket, subprotocol `binary`, obfuscated frames | `/apiws` | `websocket.rs` |
//! | POST requests | `/api` | `http.rs` |

mod http;
mod tls;
mod websocket;

pub(crate) use self::http::serve as http;
pub(crate) use self::tls::TestTls;
pub(crate) use self::websocket::serve as websocket;
