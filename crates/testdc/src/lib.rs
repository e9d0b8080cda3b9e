//! A local Telegram data centre for tests and demos
