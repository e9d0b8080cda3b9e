//! The TL schema compiler: .tl text to a checked syntax tree to Rust source
