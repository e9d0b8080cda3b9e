//! MTProto 2.0: frames, key exchange, encrypted messages and sessions as a sans-IO core, with a tokio driver.

pub mod crypto;
pub mod envelope;
pub mod frame;
pub mod handshake;
#[cfg(feature = "tokio")]
pub mod io;
pub mod limits;
mod random;
pub mod schema;
pub mod session;
mod time;

pub use crate::random::Random;
pub use crate::time::Now;
