//! Zero-copy codec for TL, the serialisation language of Telegram: borrowed decoding, exact-length encoding, typed errors
