//! A local Telegram data centre for tests and demos.

pub mod book;
pub mod truth;

pub use truth::Truth;
