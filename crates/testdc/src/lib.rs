//! A local Telegram data centre for tests and demos.

mod account;
mod api;
pub mod book;
mod centre;
mod clock;
mod config;
mod connection;
mod entropy;
mod envelope;
mod event;
pub mod fault;
mod frame;
mod handshake;
mod key;
mod keys;
pub mod limits;
mod link;
mod server;
mod session;
pub mod truth;
#[cfg(test)]
mod vectors;

pub use config::Config;
pub use entropy::Entropy;
pub use event::{Event, Events};
pub use fault::{Fault, FaultRule, FaultSpecError, MethodName, Times};
pub use key::{KeyError, RsaKey};
pub use server::{BindError, Server};
pub use truth::Truth;
