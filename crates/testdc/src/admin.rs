//! The admin socket: a JSON object a line in, a JSON object a line out.
//!
//! It listens on the loopback interface only and asks for no password: whoever reaches it may do everything that
//! [`Control`] can do. `testdc serve --admin 127.0.0.1:0` prints where it is.
//!
//! | command | what it does |
//! |---|---|
//! | `{"do":"fault","spec":"flood-wait=contacts.getSaved:30*2"}` | adds a [fault](crate::fault) |
//! | `{"do":"clear_faults"}` | nothing goes wrong any more |
//! | `{"do":"drop_connections"}` | closes every connection |
//! | `{"do":"rotate_salts"}` | makes every salt void |
//! | `{"do":"state","phone":"9996621234"}` | tells how an account is ([`AccountState`](crate::AccountState)) |
//! | `{"do":"accept_login_token","token":"…","phone":"9996621234"}` | accepts the token of a QR code |
//! | `{"do":"push","phone":"9996621234","text":"…"}` | a message from user 777000 |
//! | `{"do":"move_account","phone":"9996621234","dc":1}` | moves an account to another data centre |
//! | `{"do":"allow_takeout","phone":"9996621234"}` | the owner confirms the takeouts that wait |
//! | `{"do":"deny_takeout","phone":"9996621234"}` | the owner declines them |
//! | `{"do":"revoke","phone":"9996621234","how":"revoked"}` | what Telegram may do to an account ([`Revocation`]) |
//! | `{"do":"stop"}` | ends the server |
//!
//! The answer is `{"ok":true}`, with what the command tells beside it, or `{"ok":false,"error":"…"}`. A line that is no
//! command is answered like that too; a line that is too long ends the connection.

mod command;
mod socket;

pub use command::FORMS as COMMAND_FORMS;
pub(crate) use socket::serve;

#[expect(unused_imports, reason = "named by the documentation")]
use crate::control::{Control, Revocation};
